package dev.heddle.xds.client.grpc;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.client.Backoff;
import dev.heddle.xds.client.ClientNode;
import dev.heddle.xds.client.StreamTransport;
import dev.heddle.xds.client.XdsClient;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.grpc.RawMessages;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Streams of ADS on a channel of grpc-java, in plain text.
public final class GrpcTransport implements StreamTransport {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private static final MethodDescriptor<byte[], byte[]> CALL =
            MethodDescriptor.newBuilder(new RawMessages(), new RawMessages())
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(METHOD.substring(1))
                    .build();

    private final ManagedChannel channel;
    private final ScheduledExecutorService thread;

    private GrpcTransport(InetSocketAddress server, ScheduledExecutorService thread) {
        this.thread = thread;
        this.channel =
                NettyChannelBuilder.forAddress(server.getHostString(), server.getPort())
                        .usePlaintext()
                        .directExecutor()
                        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                        .keepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                        .build();
    }

    /// A client on such a channel, with a thread of its own (`xds-client`) that ends with it.
    ///
    /// @param server where the control plane listens
    /// @param node sent with the first request of each stream
    /// @param subscriber called on `callbacks`, one call at a time
    /// @param clock for [dev.heddle.xds.client.ClientStatus#connectedSince()]
    /// @param random for the jitter of the back-off; used by the client's thread alone
    public static XdsClient client(
            InetSocketAddress server,
            NodeInfo node,
            XdsSubscriber subscriber,
            Executor callbacks,
            InstantSource clock,
            RandomGenerator random) {
        ScheduledExecutorService thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("xds-client").daemon().factory());
        return new XdsClient(
                new GrpcTransport(server, thread),
                ClientNode.of(node).message(),
                subscriber,
                new XdsClient.Footing(thread, callbacks, clock, random, Backoff.USUAL));
    }

    @Override
    public String authority() {
        return channel.authority();
    }

    @Override
    public Sender open(Receiver receiver) {
        // gRPC has a back-off of its own, in whose pauses every call would fail at once.
        channel.resetConnectBackoff();
        var stream = new Stream(receiver);
        var _ =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(CALL, CallOptions.DEFAULT), stream);
        return stream;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        channel.shutdownNow();
    }

    private static final class Stream implements Sender, ClientResponseObserver<byte[], byte[]> {
        private final Receiver receiver;
        private final AtomicBoolean hasEnded = new AtomicBoolean();
        private final AtomicReference<@Nullable ClientCallStreamObserver<byte[]>> call =
                new AtomicReference<>();

        Stream(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> started) {
            started.disableAutoRequestWithInitial(1);
            call.set(started);
        }

        @Override
        public void send(byte[] message) {
            ClientCallStreamObserver<byte[]> begun = call.get();
            if (begun != null && !hasEnded.get()) {
                begun.onNext(message);
            }
        }

        @Override
        public void next() {
            ClientCallStreamObserver<byte[]> begun = call.get();
            if (begun != null) {
                begun.request(1);
            }
        }

        @Override
        public void cancel(String reason) {
            ClientCallStreamObserver<byte[]> begun = call.get();
            if (begun != null) {
                begun.cancel(reason, null);
            }
            end(reason);
        }

        @Override
        public void onNext(byte[] message) {
            receiver.onMessage(message);
        }

        @Override
        public void onError(Throwable error) {
            end(text(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            end("closed by the server");
        }

        private void end(String reason) {
            if (!hasEnded.getAndSet(true)) {
                receiver.onEnd(reason);
            }
        }

        private static String text(Status status) {
            Throwable cause = status.getCause();
            String detail = cause == null ? "" : " (" + cause.getMessage() + ")";
            return status.getCode() + ": " + status.getDescription() + detail;
        }
    }
}
