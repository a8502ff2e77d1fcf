package dev.heddle.e2e.swaps;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A gRPC service whose messages are texts: each is answered with the server's name before it, one
/// at a time or in a stream.
final class Talk {
    private static final String SERVICE = "swaps.Talk";
    private static final MethodDescriptor<String, String> SAY = method("Say", MethodType.UNARY);
    private static final MethodDescriptor<String, String> CHAT =
            method("Chat", MethodType.BIDI_STREAMING);

    private static final String END = "the end";

    private Talk() {}

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Texts())
                .setResponseMarshaller(new Texts())
                .build();
    }

    private static final class Texts implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /// A server of any free port.
    ///
    /// @param heard told the ledger's id of each call
    static Server server(String name, Consumer<String> heard) throws IOException {
        ServerServiceDefinition service =
                ServerServiceDefinition.builder(SERVICE)
                        .addMethod(
                                SAY,
                                ServerCalls.asyncUnaryCall((text, out) -> {
                                    out.onNext(name + " " + text);
                                    out.onCompleted();
                                }))
                        .addMethod(
                                CHAT,
                                ServerCalls.asyncBidiStreamingCall(out -> new Echo(name, out)))
                        .build();
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerInterceptors.intercept(service, new Hearing(heard)))
                .build()
                .start();
    }

    private record Hearing(Consumer<String> heard) implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            String id = headers.get(key(Ledger.ID));
            heard.accept(id == null ? "none" : id);
            return next.startCall(call, headers);
        }
    }

    private record Echo(String name, StreamObserver<String> out) implements StreamObserver<String> {
        @Override
        public void onNext(String text) {
            out.onNext(name + " " + text);
        }

        @Override
        public void onError(Throwable cause) {
            // The caller is gone.
        }

        @Override
        public void onCompleted() {
            out.onCompleted();
        }
    }

    /// A caller's channel, that never tries again.
    static ManagedChannel channel(int port, String authority) {
        return NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .overrideAuthority(authority)
                .usePlaintext()
                .disableRetry()
                .build();
    }

    /// What came back.
    ///
    /// @param by the server
    /// @param state in the answer's header
    record Said(String by, String text, String state) {}

    /// Says one thing.
    ///
    /// @throws io.grpc.StatusRuntimeException when it fails
    static Said say(Channel channel, String id) {
        var head = new AtomicReference<Metadata>(new Metadata());
        var tail = new AtomicReference<Metadata>();
        var calling =
                ClientInterceptors.intercept(
                        channel,
                        MetadataUtils.newAttachHeadersInterceptor(headers(id)),
                        MetadataUtils.newCaptureMetadataInterceptor(head, tail));
        String answer =
                ClientCalls.blockingUnaryCall(
                        calling,
                        SAY,
                        CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                        id);
        return said(answer, head.get());
    }

    /// A stream under way. One thread uses it.
    static final class Chat {
        private final ClientCallStreamObserver<String> out;
        private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

        /// Opens a stream. It fails if it takes more than half a minute.
        Chat(Channel channel, String id) {
            Channel calling =
                    ClientInterceptors.intercept(
                            channel, MetadataUtils.newAttachHeadersInterceptor(headers(id)));
            out =
                    (ClientCallStreamObserver<String>)
                            ClientCalls.asyncBidiStreamingCall(
                                    calling.newCall(
                                            CHAT,
                                            CallOptions.DEFAULT.withDeadlineAfter(
                                                    30, TimeUnit.SECONDS)),
                                    new StreamObserver<String>() {
                                        @Override
                                        public void onNext(String text) {
                                            came.add(text);
                                        }

                                        @Override
                                        public void onError(Throwable cause) {
                                            came.add(cause);
                                        }

                                        @Override
                                        public void onCompleted() {
                                            came.add(END);
                                        }
                                    });
        }

        /// Says one thing more, and gives what came back.
        String say(String text) throws IOException, InterruptedException {
            out.onNext(text);
            return next();
        }

        /// Ends the stream.
        void end() throws IOException, InterruptedException {
            out.onCompleted();
            String last = next();
            if (!last.equals(END)) {
                throw new IOException("'" + last + "' instead of the end");
            }
        }

        private String next() throws IOException, InterruptedException {
            Object next = came.poll(30, TimeUnit.SECONDS);
            return switch (next) {
                case null -> throw new IOException("nothing came for 30 s");
                case Throwable cause -> throw new IOException(cause);
                default -> (String) next;
            };
        }
    }

    private static Metadata headers(String id) {
        var headers = new Metadata();
        headers.put(key(Ledger.ID), id);
        return headers;
    }

    private static Said said(String answer, Metadata head) {
        int space = answer.indexOf(' ');
        String state = head.get(key(MeshText.STATE));
        return new Said(
                answer.substring(0, space),
                answer.substring(space + 1),
                state == null ? "" : state);
    }
}
