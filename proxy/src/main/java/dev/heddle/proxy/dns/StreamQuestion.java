package dev.heddle.proxy.dns;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.ConnectSettings;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One question that is asked over TCP, on a connection of its own.
@Confined("worker")
final class StreamQuestion implements ConnectOutcome, WireHandler {
    private final Worker worker;
    private final List<InetSocketAddress> servers;
    private final Duration timeout;
    private final Question question;
    private final Deadline deadline;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private @Nullable Consumer<Optional<byte[]>> told;
    private @Nullable Connecting connecting;
    private @Nullable Wire wire;

    /// @param servers who is asked, the first of them that takes the connection
    StreamQuestion(
            Worker worker,
            List<InetSocketAddress> servers,
            Duration timeout,
            Question question,
            Consumer<Optional<byte[]>> told) {
        this.worker = worker;
        this.servers = servers;
        this.timeout = timeout;
        this.question = question;
        this.told = told;
        this.deadline = worker.deadline(() -> end(Optional.empty()));
    }

    void ask(byte[] message) {
        ByteBuffer framed = ByteBuffer.allocate(2 + message.length);
        framed.putShort((short) message.length).put(message).flip();
        deadline.set(Math.max(1, timeout.multipliedBy(2).toNanos()));
        connecting =
                worker.connect(
                        servers, ConnectSettings.USUAL, framed.asReadOnlyBuffer(), null, this);
    }

    @Override
    public WireHandler onConnected(Wire connected) {
        connecting = null;
        wire = connected;
        return this;
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        connecting = null;
        end(Optional.empty());
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        byte[] piece = new byte[bytes.readableBytes()];
        bytes.readBytes(piece).release();
        received.writeBytes(piece);
        byte[] all = received.toByteArray();
        if (all.length >= 2 && all.length - 2 >= Question.two(all, 0)) {
            byte[] answer = Arrays.copyOfRange(all, 2, 2 + Question.two(all, 0));
            boolean isAnswer =
                    answer.length >= Question.HEADER
                            && Question.two(answer, 0) == question.id()
                            && question.isOf(answer);
            end(isAnswer ? Optional.of(answer) : Optional.empty());
        }
    }

    @Override
    public void onWritable() {
        // Nothing more is sent.
    }

    @Override
    public void onClosed() {
        wire = null;
        end(Optional.empty());
    }

    private void end(Optional<byte[]> answer) {
        Consumer<Optional<byte[]>> tells = told;
        if (tells == null) {
            return;
        }
        told = null;
        deadline.discard();
        if (connecting != null) {
            connecting.giveUp();
        }
        if (wire != null) {
            wire.close();
        }
        tells.accept(answer);
    }
}
