package dev.heddle.proxy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.xds.grpc.RawMessages;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The service of `shop.proto`, which answers with what it is told.
final class TranscoderServer implements AutoCloseable {
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private final Map<String, Descriptor> types = new HashMap<>();
    private final Server server;

    /// What the server was told, by call.
    private final Map<String, List<String>> heard = new ConcurrentHashMap<>();

    TranscoderServer() throws IOException {
        var files = new HashMap<String, FileDescriptor>();
        try {
            for (FileDescriptorProto file :
                    FileDescriptorSet.parseFrom(descriptors()).getFileList()) {
                FileDescriptor built =
                        FileDescriptor.buildFrom(
                                file,
                                file.getDependencyList().stream()
                                        .map(files::get)
                                        .toArray(FileDescriptor[]::new));
                files.put(file.getName(), built);
                built.getMessageTypes().forEach(it -> types.put(it.getFullName(), it));
            }
        } catch (DescriptorValidationException e) {
            throw new AssertionError(e);
        }
        var service = ServerServiceDefinition.builder("shop.Shop");
        for (String same :
                List.of("Echo", "Name", "Old", "Nothing", "Unmapped", "Raw", "RawWithin")) {
            service.addMethod(
                    method(same, MethodType.UNARY), ServerCalls.asyncUnaryCall(this::same));
        }
        service.addMethod(
                        method("Many", MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall(this::many))
                .addMethod(
                        method("RawOut", MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall(this::rawOut))
                .addMethod(
                        method("Collect", MethodType.CLIENT_STREAMING),
                        ServerCalls.asyncClientStreamingCall(
                                answer -> collect(answer, "shop.Everything")))
                .addMethod(
                        method("RawIn", MethodType.CLIENT_STREAMING),
                        ServerCalls.asyncClientStreamingCall(
                                answer -> collect(answer, "shop.Within")))
                .addMethod(
                        method("Chat", MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(TranscoderServer::chat))
                .addMethod(method("Fail", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::fail))
                .addMethod(
                        method("FailLate", MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall(this::failLate))
                .addMethod(
                        method("Bytes", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::bytes))
                .addMethod(
                        method("StreamedBytes", MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall(this::bytes));
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .intercept(new Listening())
                        .addService(service.build())
                        .build()
                        .start();
    }

    static byte[] descriptors() throws IOException {
        try (InputStream in =
                TranscoderServer.class.getResourceAsStream(
                        "/dev/heddle/proxy/transcoder/shop.pb")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    int port() {
        return server.getPort();
    }

    List<String> heard(String call) {
        return heard.getOrDefault(call, List.of());
    }

    private final class Listening implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            List<String> lines =
                    heard.computeIfAbsent(
                            String.valueOf(text(headers, "x-call")),
                            _ -> new CopyOnWriteArrayList<>());
            for (String name :
                    List.of(
                            "te",
                            "content-type",
                            "content-length",
                            "x-envoy-original-path",
                            "x-envoy-original-method")) {
                lines.add("heard " + name + ": " + text(headers, name));
            }
            return next.startCall(call, headers);
        }

        private static @Nullable String text(Metadata headers, String name) {
            return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(new RawMessages(), new RawMessages())
                .setType(type)
                .setFullMethodName("shop.Shop/" + name)
                .build();
    }

    private DynamicMessage read(String type, byte[] message) {
        try {
            return DynamicMessage.parseFrom(types.get(type), message);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object get(DynamicMessage message, String field) {
        return message.getField(message.getDescriptorForType().findFieldByName(field));
    }

    private DynamicMessage.Builder builder(String type) {
        return DynamicMessage.newBuilder(types.get(type));
    }

    private static void set(DynamicMessage.Builder builder, String field, Object value) {
        builder.setField(builder.getDescriptorForType().findFieldByName(field), value);
    }

    // --- methods -----------------------------------------------------------------------------

    private void same(byte[] question, StreamObserver<byte[]> answer) {
        answer.onNext(question);
        answer.onCompleted();
    }

    private void many(byte[] question, StreamObserver<byte[]> answer) {
        int count = (Integer) get(read("shop.Count", question), "count");
        for (int i = 0; i < count; i++) {
            DynamicMessage.Builder each = builder("shop.Everything");
            set(each, "int32", i);
            set(each, "text", "message " + i);
            answer.onNext(each.build().toByteArray());
        }
        answer.onCompleted();
    }

    private void rawOut(byte[] question, StreamObserver<byte[]> answer) {
        int count = (Integer) get(read("shop.Count", question), "count");
        for (int i = 0; i < count; i++) {
            DynamicMessage.Builder each = builder("google.api.HttpBody");
            set(each, "content_type", "text/x-" + i);
            set(each, "data", ByteString.copyFromUtf8("piece " + i + "\n"));
            answer.onNext(each.build().toByteArray());
        }
        answer.onCompleted();
    }

    private StreamObserver<byte[]> collect(StreamObserver<byte[]> answer, String type) {
        var seen = new ArrayList<String>();
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                // A body that is streamed may come in other pieces.
                seen.add(
                        type.equals("shop.Within")
                                ? read(type, message).toString().replace("\n", " ")
                                : HexFormat.of().formatHex(message));
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {
                DynamicMessage.Builder summary = builder("shop.Summary");
                set(summary, "messages", seen.size());
                set(summary, "seen", seen);
                answer.onNext(summary.build().toByteArray());
                answer.onCompleted();
            }
        };
    }

    private static StreamObserver<byte[]> chat(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                answer.onNext(message);
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private void fail(byte[] question, StreamObserver<byte[]> answer) {
        DynamicMessage said = read("shop.Failure", question);
        var trailers = new Metadata();
        if ((Boolean) get(said, "detailed")) {
            DynamicMessage.Builder info = builder("google.rpc.RequestInfo");
            set(info, "request_id", "r-1");
            // Code 5 in the details, whatever the status is; and one of a type.
            byte[] packed = info.build().toByteArray();
            byte[] url =
                    "type.googleapis.com/google.rpc.RequestInfo".getBytes(StandardCharsets.UTF_8);
            var any = new ByteArrayOutputStream();
            any.write(0x0a);
            any.write(url.length);
            any.writeBytes(url);
            any.write(0x12);
            any.write(packed.length);
            any.writeBytes(packed);
            var status = new ByteArrayOutputStream();
            status.writeBytes(new byte[] {8, 5, 0x12, 2, 'n', 'o', 0x1a, (byte) any.size()});
            status.writeBytes(any.toByteArray());
            trailers.put(DETAILS, status.toByteArray());
        }
        answer.onError(
                Status.fromCodeValue((Integer) get(said, "code"))
                        .withDescription((String) get(said, "message"))
                        .asRuntimeException(trailers));
    }

    private void failLate(byte[] question, StreamObserver<byte[]> answer) {
        DynamicMessage.Builder first = builder("shop.Everything");
        set(first, "text", "before");
        answer.onNext(first.build().toByteArray());
        fail(question, answer);
    }

    /// Answers with bytes that are said in hexadecimal digits.
    private void bytes(byte[] question, StreamObserver<byte[]> answer) {
        String hex = (String) get(read("shop.Failure", question), "message");
        answer.onNext(HexFormat.of().parseHex(hex));
        answer.onCompleted();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
