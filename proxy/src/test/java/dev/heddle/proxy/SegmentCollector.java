package dev.heddle.proxy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Takes segments as SkyWalking does (`TraceSegmentReportService.collect`), whose fields it reads
/// by the numbers of `language-agent/Tracing.proto`.
final class SegmentCollector implements AutoCloseable {
    private static final Metadata.Key<String> AUTHENTICATION =
            Metadata.Key.of("authentication", Metadata.ASCII_STRING_MARSHALLER);
    private static final String SERVICE = "skywalking.v3.TraceSegmentReportService";

    /// A segment.
    record Segment(String trace, String id, String service, String instance, List<Walked> spans) {
        /// The request itself.
        Walked entry() {
            return spans.getFirst();
        }
    }

    /// A span of a segment.
    ///
    /// @param references what is said of callers, in the order of its fields
    record Walked(
            long id,
            long parent,
            long millis,
            List<List<String>> references,
            String name,
            String peer,
            long type,
            long layer,
            long component,
            boolean isError,
            Map<String, String> tags,
            boolean isSkipped) {}

    private final Server server;
    private final BlockingQueue<Segment> arriving = new LinkedBlockingQueue<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();

    SegmentCollector() throws IOException {
        var method =
                MethodDescriptor.<byte[], byte[]>newBuilder(new AsBytes(), new AsBytes())
                        .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
                        .setFullMethodName(SERVICE + "/collect")
                        .build();
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(
                                ServerServiceDefinition.builder(SERVICE)
                                        .addMethod(
                                                method,
                                                ServerCalls.asyncClientStreamingCall(this::collect))
                                        .build())
                        .intercept(new Tokens())
                        .build()
                        .start();
    }

    int port() {
        return server.getPort();
    }

    /// Those who called, by their tokens.
    List<String> tokens() {
        return tokens;
    }

    /// So many, or those that came until nothing came for ten seconds.
    List<Segment> take(int count) throws InterruptedException {
        var taken = new ArrayList<Segment>();
        while (taken.size() < count) {
            Segment next = arriving.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                return taken;
            }
            taken.add(next);
        }
        arriving.drainTo(taken);
        return taken;
    }

    private StreamObserver<byte[]> collect(StreamObserver<byte[]> caller) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                try {
                    arriving.add(segment(UnknownFieldSet.parseFrom(message)));
                } catch (InvalidProtocolBufferException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void onError(Throwable why) {
                // The proxy is gone.
            }

            @Override
            public void onCompleted() {
                // No commands.
                caller.onNext(new byte[0]);
                caller.onCompleted();
            }
        };
    }

    private static Segment segment(UnknownFieldSet message) throws InvalidProtocolBufferException {
        var spans = new ArrayList<Walked>();
        for (UnknownFieldSet span : messages(message, 3)) {
            spans.add(span(span));
        }
        return new Segment(
                text(message, 1), text(message, 2), text(message, 4), text(message, 5), spans);
    }

    private static Walked span(UnknownFieldSet span) throws InvalidProtocolBufferException {
        var references = new ArrayList<List<String>>();
        for (UnknownFieldSet each : messages(span, 5)) {
            references.add(
                    List.of(
                            Long.toString(number(each, 1)),
                            text(each, 2),
                            text(each, 3),
                            Long.toString(number(each, 4)),
                            text(each, 5),
                            text(each, 6),
                            text(each, 7),
                            text(each, 8)));
        }
        var tags = new TreeMap<String, String>();
        for (UnknownFieldSet each : messages(span, 12)) {
            tags.put(text(each, 1), text(each, 2));
        }
        return new Walked(
                number(span, 1),
                number(span, 2),
                number(span, 4) - number(span, 3),
                references,
                text(span, 6),
                text(span, 7),
                number(span, 8),
                number(span, 9),
                number(span, 10),
                number(span, 11) != 0,
                tags,
                number(span, 14) != 0);
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet of, int field)
            throws InvalidProtocolBufferException {
        var found = new ArrayList<UnknownFieldSet>();
        for (var bytes : of.getField(field).getLengthDelimitedList()) {
            found.add(UnknownFieldSet.parseFrom(bytes));
        }
        return found;
    }

    private static String text(UnknownFieldSet of, int field) {
        var found = of.getField(field).getLengthDelimitedList();
        return found.isEmpty() ? "" : found.getLast().toStringUtf8();
    }

    private static long number(UnknownFieldSet of, int field) {
        var found = of.getField(field).getVarintList();
        return found.isEmpty() ? 0 : found.getLast();
    }

    private final class Tokens implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String token = headers.get(AUTHENTICATION);
            tokens.add(token == null ? "" : token);
            return Contexts.interceptCall(Context.current(), call, headers, next);
        }
    }

    private static final class AsBytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
