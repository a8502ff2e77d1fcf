package dev.heddle.proxy.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.sim.LoopbackProxy;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.xds.grpc.RawMessages;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A client and a server of grpc-java with the proxy between them.
@Timeout(30)
class GrpcLoopbackTest {
    private static final int MIB = 1 << 20;
    private static final MethodDescriptor<byte[], byte[]> UNARY = method("unary", MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> MANY_ANSWERS =
            method("answers", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> MANY_QUESTIONS =
            method("questions", MethodType.CLIENT_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> BOTH =
            method("both", MethodType.BIDI_STREAMING);
    private static final Metadata.Key<String> DETAIL =
            Metadata.Key.of("x-detail", Metadata.ASCII_STRING_MARSHALLER);

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicInteger sent = new AtomicInteger();
    private @Nullable Server server;
    private @Nullable LoopbackProxy proxy;
    private @Nullable ManagedChannel channel;

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(new RawMessages(), new RawMessages())
                .setType(type)
                .setFullMethodName("echo.Echo/" + name)
                .build();
    }

    @BeforeEach
    void start() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .maxInboundMessageSize(64 * MIB)
                        .addService(
                                ServerServiceDefinition.builder("echo.Echo")
                                        .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                                        .addMethod(
                                                MANY_ANSWERS,
                                                ServerCalls.asyncServerStreamingCall(this::answers))
                                        .addMethod(
                                                MANY_QUESTIONS,
                                                ServerCalls.asyncClientStreamingCall(
                                                        GrpcLoopbackTest::questions))
                                        .addMethod(
                                                BOTH,
                                                ServerCalls.asyncBidiStreamingCall(
                                                        GrpcLoopbackTest::both))
                                        .build())
                        .build()
                        .start();
        proxy =
                LoopbackProxy.http(
                        Transport.usual(),
                        1,
                        server.getPort(),
                        new UpstreamProtocol.Http2(Http2Options.USUAL));
        channel =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), proxy.port()))
                        .usePlaintext()
                        .maxInboundMessageSize(64 * MIB)
                        .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel().shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        Objects.requireNonNull(proxy).close();
        Objects.requireNonNull(server).shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    private ManagedChannel channel() {
        return Objects.requireNonNull(channel);
    }

    /// Says what it was asked; an empty question fails, a question of one byte has no answer.
    private void unary(byte[] question, StreamObserver<byte[]> answer) {
        if (question.length == 0) {
            var trailers = new Metadata();
            trailers.put(DETAIL, "nothing");
            answer.onError(
                    Status.NOT_FOUND
                            .withDescription("no question: 100 %")
                            .asRuntimeException(trailers));
        } else if (question.length == 1) {
            ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(cancelled::countDown);
        } else {
            answer.onNext(question);
            answer.onCompleted();
        }
    }

    /// Answers 64 times with a mebibyte, as fast as the caller reads.
    private void answers(byte[] question, StreamObserver<byte[]> answer) {
        var paced = (ServerCallStreamObserver<byte[]>) answer;
        paced.setOnReadyHandler(() -> {
            while (paced.isReady() && sent.get() < 64) {
                paced.onNext(new byte[MIB]);
                if (sent.incrementAndGet() == 64) {
                    paced.onCompleted();
                }
            }
        });
    }

    private static StreamObserver<byte[]> questions(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            private int bytes;

            @Override
            public void onNext(byte[] value) {
                bytes += value.length;
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {
                answer.onNext(
                        Integer.toString(bytes)
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                answer.onCompleted();
            }
        };
    }

    private static StreamObserver<byte[]> both(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                answer.onNext(value);
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private byte[] ask(CallOptions options, int length) {
        return ClientCalls.blockingUnaryCall(channel(), UNARY, options, new byte[length]);
    }

    @Test
    void aCallIsAnswered() {
        assertThat(ask(CallOptions.DEFAULT, 10)).hasSize(10);
    }

    @Test
    void aMessageMayBeLarge() {
        assertThat(ask(CallOptions.DEFAULT, 20 * MIB)).hasSize(20 * MIB);
    }

    @Test
    void anErrorComesWithItsTextAndTrailers() {
        assertThatThrownBy(() -> ask(CallOptions.DEFAULT, 0))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
                            assertThat(e.getStatus().getDescription())
                                    .isEqualTo("no question: 100 %");
                            assertThat(Objects.requireNonNull(e.getTrailers()).get(DETAIL))
                                    .isEqualTo("nothing");
                        });
    }

    @Test
    void aCallerThatGivesUpCancelsTheCall() throws InterruptedException {
        // The server knows of the deadline, too, and may be the first whose clock says so.
        assertThatThrownBy(() ->
                        ask(CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS), 1))
                .message()
                .containsAnyOf("DEADLINE_EXCEEDED", "reset reason: remote reset");
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ask(CallOptions.DEFAULT, 10)).hasSize(10);
    }

    @Test
    void aServerThatIsGoneIsUnavailable() throws InterruptedException {
        Objects.requireNonNull(server).shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        assertThatThrownBy(() -> ask(CallOptions.DEFAULT, 10))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
                .hasMessageContaining("reset reason: remote connection failure");
    }

    @Test
    void manyCallsShareTheConnections() {
        List<CompletableFuture<byte[]>> answers =
                java.util.stream.IntStream.range(2, 502)
                        .mapToObj(length ->
                                CompletableFuture.supplyAsync(
                                        () -> ask(CallOptions.DEFAULT, length)))
                        .toList();
        for (int i = 0; i < 500; i++) {
            assertThat(answers.get(i).join()).hasSize(i + 2);
        }
    }

    @Test
    void manyQuestionsHaveOneAnswer() throws Exception {
        var answer = new CompletableFuture<byte[]>();
        StreamObserver<byte[]> questions =
                ClientCalls.asyncClientStreamingCall(
                        channel().newCall(MANY_QUESTIONS, CallOptions.DEFAULT), into(answer));
        for (int i = 0; i < 200; i++) {
            questions.onNext(new byte[50_000]);
        }
        questions.onCompleted();
        assertThat(answer.get(10, TimeUnit.SECONDS)).asString().isEqualTo("10000000");
    }

    private static StreamObserver<byte[]> into(CompletableFuture<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable cause) {
                answer.completeExceptionally(cause);
            }

            @Override
            public void onCompleted() {}
        };
    }

    @Test
    void questionsAndAnswersMayAlternate() throws InterruptedException {
        var answers = new LinkedBlockingQueue<byte[]>();
        var done = new CountDownLatch(1);
        StreamObserver<byte[]> questions =
                ClientCalls.asyncBidiStreamingCall(
                        channel().newCall(BOTH, CallOptions.DEFAULT),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(byte[] value) {
                                answers.add(value);
                            }

                            @Override
                            public void onError(Throwable cause) {}

                            @Override
                            public void onCompleted() {
                                done.countDown();
                            }
                        });
        for (int i = 1; i <= 50; i++) {
            questions.onNext(new byte[i]);
            assertThat(answers.poll(10, TimeUnit.SECONDS)).hasSize(i);
        }
        questions.onCompleted();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallerThatDoesNotReadStopsTheServer() throws InterruptedException {
        ClientCall<byte[], byte[]> call = channel().newCall(MANY_ANSWERS, CallOptions.DEFAULT);
        var got = new AtomicInteger();
        var closed = new CompletableFuture<Status>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        got.addAndGet(message.length);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        closed.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(new byte[0]);
        call.halfClose();
        int before;
        do {
            before = sent.get();
            Thread.sleep(500);
        } while (before == 0 || before != sent.get());
        assertThat(before).as("mebibytes that the server got rid of").isLessThan(10);
        call.request(100);
        assertThat(closed.join().isOk()).isTrue();
        assertThat(got).hasValue(64 * MIB);
    }

    @Test
    void answersComeOneByOne() {
        Iterator<byte[]> answers =
                ClientCalls.blockingServerStreamingCall(
                        channel(), MANY_ANSWERS, CallOptions.DEFAULT, new byte[0]);
        int count = 0;
        while (answers.hasNext()) {
            assertThat(answers.next()).hasSize(MIB);
            count++;
        }
        assertThat(count).isEqualTo(64);
    }
}
