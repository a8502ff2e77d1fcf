package dev.heddle.proxy.dns;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.DatagramHandler;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks other servers over UDP, one after the other, until one of them answers.
///
/// Each question has an id by chance and each server a socket that hears nobody else; an answer
/// counts if its id and its question are those that were sent.
@Confined("worker")
final class Forwarder {
    /// How often all servers are asked, before there is no answer.
    private static final int ROUNDS = 2;

    private static final int IDS = 1 << 16;

    private final Worker worker;
    private final List<InetSocketAddress> servers;
    private final long timeoutNanos;
    private final int mostPending;
    private final Map<InetSocketAddress, Datagrams> sockets = new HashMap<>();
    private final Map<Integer, Pending> pending = new HashMap<>();

    /// In the order in which their time is up. What was answered meanwhile is in it, too.
    private final ArrayDeque<Try> tries = new ArrayDeque<>();

    private final Deadline timeout;

    /// A question that waits for its answer.
    private static final class Pending {
        private final Question question;
        private final byte[] bytes;
        private final int attempt;

        /// Is told the answer; empty for none.
        private final Consumer<Optional<byte[]>> told;

        Pending(Question question, byte[] bytes, int attempt, Consumer<Optional<byte[]>> told) {
            this.question = question;
            this.bytes = bytes;
            this.attempt = attempt;
            this.told = told;
        }
    }

    private record Try(int id, Pending of, long dueNanos) {}

    Forwarder(Worker worker, List<InetSocketAddress> servers, long timeoutNanos, int mostPending) {
        this.worker = worker;
        this.servers = List.copyOf(servers);
        this.timeoutNanos = timeoutNanos;
        this.mostPending = mostPending;
        this.timeout = worker.deadline(this::onTimeout);
    }

    List<InetSocketAddress> servers() {
        return servers;
    }

    /// How many questions wait for an answer.
    int size() {
        return pending.size();
    }

    /// @param bytes the question as it came
    /// @param told the answer with the id of the question; empty where nobody answers, or too many
    ///   wait
    void ask(Question question, byte[] bytes, Consumer<Optional<byte[]>> told) {
        if (servers.isEmpty() || pending.size() >= mostPending) {
            told.accept(Optional.empty());
            return;
        }
        send(new Pending(question, bytes.clone(), 0, told));
    }

    private void send(Pending what) {
        int id = worker.random().nextInt(IDS);
        while (pending.containsKey(id)) {
            id = (id + 1) % IDS;
        }
        pending.put(id, what);
        tries.add(new Try(id, what, worker.nanos() + timeoutNanos));
        if (!timeout.isSet()) {
            timeout.set(timeoutNanos);
        }
        InetSocketAddress server = servers.get(what.attempt % servers.size());
        Datagrams socket = socket(server);
        if (socket != null) {
            ByteBuf message = worker.allocator().directBuffer(what.bytes.length);
            message.writeBytes(what.bytes).setShort(0, id);
            socket.send(message, server);
        }
    }

    /// Null where there is none; then the next server is asked when this one's time is up.
    private @Nullable Datagrams socket(InetSocketAddress server) {
        Datagrams there = sockets.get(server);
        if (there == null) {
            try {
                there =
                        worker.openDatagrams(
                                server,
                                new DatagramHandler() {
                                    @Override
                                    public void onDatagram(ByteBuf bytes, InetSocketAddress from) {
                                        onAnswer(bytes);
                                    }
                                });
                sockets.put(server, there);
            } catch (IOException _) {
                return null;
            }
        }
        return there;
    }

    private void onAnswer(ByteBuf bytes) {
        byte[] answer = new byte[bytes.readableBytes()];
        bytes.readBytes(answer).release();
        if (answer.length < Question.HEADER || (Question.two(answer, 2) & Question.RESPONSE) == 0) {
            return;
        }
        int id = Question.two(answer, 0);
        Pending asked = pending.get(id);
        if (asked == null || !asked.question.isOf(answer)) {
            return;
        }
        pending.remove(id);
        answer[0] = (byte) (asked.question.id() >>> 8);
        answer[1] = (byte) asked.question.id();
        asked.told.accept(Optional.of(answer));
    }

    private void onTimeout() {
        long now = worker.nanos();
        for (Try next = tries.peek(); next != null; next = tries.peek()) {
            boolean isPending = pending.get(next.id()) == next.of();
            if (isPending && next.dueNanos() - now > 0) {
                timeout.set(next.dueNanos() - now);
                return;
            }
            tries.remove();
            if (isPending) {
                pending.remove(next.id());
                again(next.of());
            }
        }
    }

    private void again(Pending what) {
        int attempt = what.attempt + 1;
        if (attempt >= ROUNDS * servers.size()) {
            what.told.accept(Optional.empty());
        } else {
            send(new Pending(what.question, what.bytes, attempt, what.told));
        }
    }

    /// Forgets everything; nobody is told anything any more.
    void close() {
        timeout.discard();
        sockets.values().forEach(Datagrams::close);
        sockets.clear();
        pending.clear();
        tries.clear();
    }
}
