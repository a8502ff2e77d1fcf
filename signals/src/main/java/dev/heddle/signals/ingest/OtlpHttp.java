package dev.heddle.signals.ingest;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.heddle.xds.server.Caller;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/// OTLP over HTTP: what comes by `POST` to `/v1/logs`, `/v1/traces` and `/v1/metrics`, in protobuf
/// or in JSON, is done what is done with calls of gRPC. What is wrong with a request is said in a
/// `google.rpc.Status` of the same encoding (OTLP 1.x, "OTLP/HTTP").
///
/// Callable from any thread.
public final class OtlpHttp {
    /// Of a request, before and after it is unpacked.
    public static final int MOST_BYTES = 4 << 20;

    private static final String JSON = "application/json";
    private static final String PROTOBUF = "application/x-protobuf";

    private final Map<String, Taken<?, ?>> paths;

    /// A kind of requests.
    private record Taken<Q extends Message, A extends Message>(
            Supplier<Message.Builder> empty,
            Class<Q> request,
            BiConsumer<Q, StreamObserver<A>> call) {

        Message answer(Message.Builder built, Caller caller) throws StatusException {
            var answer = new CompletableFuture<Message>();
            Q all = request.cast(built.build());
            caller.call(() -> call.accept(all, observer(answer)));
            if (!answer.isDone()) {
                throw new IllegalStateException("a service that answers later");
            }
            try {
                return answer.join();
            } catch (CompletionException e) {
                throw Status.fromThrowable(e).asException();
            }
        }

        private StreamObserver<A> observer(CompletableFuture<Message> answer) {
            return new StreamObserver<>() {
                @Override
                public void onNext(A value) {
                    answer.complete(value);
                }

                @Override
                public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                }

                @Override
                public void onCompleted() {}
            };
        }
    }

    /// What came.
    ///
    /// @param path as in `/v1/traces`
    /// @param contentType as its header says; empty for none
    /// @param contentEncoding the same
    /// @param body read here, at most [#MOST_BYTES] of it
    public record Request(
            String method,
            String path,
            String contentType,
            String contentEncoding,
            InputStream body) {}

    /// What is answered.
    ///
    /// @param headers beside the content type
    public record Answer(
            int status, String contentType, Map<String, String> headers, ByteString body) {}

    /// @param logs may be asked from any thread, as the others
    public OtlpHttp(OtlpLogs logs, OtlpTraces traces, OtlpMetrics metrics) {
        paths =
                Map.of(
                        "/v1/logs",
                        new Taken<>(
                                ExportLogsServiceRequest::newBuilder,
                                ExportLogsServiceRequest.class,
                                logs::export),
                        "/v1/traces",
                        new Taken<>(
                                ExportTraceServiceRequest::newBuilder,
                                ExportTraceServiceRequest.class,
                                traces::export),
                        "/v1/metrics",
                        new Taken<>(
                                ExportMetricsServiceRequest::newBuilder,
                                ExportMetricsServiceRequest.class,
                                metrics::export));
    }

    /// Takes a request, or says why not.
    ///
    /// @param caller who sends it
    /// @throws IOException when the body cannot be read to its end
    public Answer answer(Request request, Caller caller) throws IOException {
        String type = request.contentType().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean isJson = !type.equals(PROTOBUF);
        Taken<?, ?> taken = paths.get(request.path());
        if (taken == null) {
            return refusal(
                    isJson,
                    404,
                    Status.UNIMPLEMENTED,
                    "'%s' (expected: /v1/logs, /v1/traces or /v1/metrics)"
                            .formatted(Texts.cut(request.path())));
        }
        if (!request.method().equals("POST")) {
            return refusal(isJson, 405, Status.UNIMPLEMENTED, "expected: POST");
        }
        if (isJson && !type.equals(JSON)) {
            return refusal(
                    true,
                    415,
                    Status.INVALID_ARGUMENT,
                    "Content-Type: '%s' (expected: %s or %s)"
                            .formatted(Texts.cut(type), PROTOBUF, JSON));
        }
        String encoding = request.contentEncoding().strip().toLowerCase(Locale.ROOT);
        if (!encoding.isEmpty() && !encoding.equals("identity") && !encoding.equals("gzip")) {
            return refusal(
                    isJson,
                    415,
                    Status.INVALID_ARGUMENT,
                    "Content-Encoding: '%s' (expected: gzip, or none)"
                            .formatted(Texts.cut(encoding)));
        }
        byte[] body = request.body().readNBytes(MOST_BYTES + 1);
        if (body.length <= MOST_BYTES && encoding.equals("gzip")) {
            try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(body))) {
                body = unpacked.readNBytes(MOST_BYTES + 1);
            } catch (IOException e) {
                return refusal(
                        isJson, 400, Status.INVALID_ARGUMENT, "the body is not gzip: " + text(e));
            }
        }
        if (body.length > MOST_BYTES) {
            return refusal(
                    isJson,
                    413,
                    Status.INVALID_ARGUMENT,
                    "the body is larger than %d bytes: send it in smaller batches"
                            .formatted(MOST_BYTES));
        }
        return taken(taken, isJson, body, caller);
    }

    private static Answer taken(Taken<?, ?> taken, boolean isJson, byte[] body, Caller caller) {
        Message.Builder built = taken.empty().get();
        try {
            if (isJson) {
                OtlpJson.read(new String(body, StandardCharsets.UTF_8), built);
            } else {
                built.mergeFrom(body);
            }
        } catch (InvalidProtocolBufferException e) {
            return refusal(
                    isJson,
                    400,
                    Status.INVALID_ARGUMENT,
                    "the body is no request of this path: " + text(e));
        }
        try {
            return said(isJson, 200, Map.of(), taken.answer(built, caller));
        } catch (StatusException e) {
            Status status = e.getStatus();
            String why = String.valueOf(status.getDescription());
            return switch (status.getCode()) {
                case RESOURCE_EXHAUSTED ->
                        said(isJson, 429, Map.of("Retry-After", "1"), message(status, why));
                case PERMISSION_DENIED -> refusal(isJson, 403, status, why);
                default -> refusal(isJson, 500, status, why);
            };
        }
    }

    private static String text(Exception e) {
        return Texts.cut(String.valueOf(e.getMessage()));
    }

    private static Answer refusal(boolean isJson, int status, Status code, String why) {
        Map<String, String> headers = status == 405 ? Map.of("Allow", "POST") : Map.of();
        return said(isJson, status, headers, message(code, why));
    }

    private static Message message(Status code, String why) {
        return com.google.rpc.Status.newBuilder()
                .setCode(code.getCode().value())
                .setMessage(why)
                .build();
    }

    private static Answer said(
            boolean isJson, int status, Map<String, String> headers, Message message) {
        return new Answer(
                status,
                isJson ? JSON : PROTOBUF,
                headers,
                isJson ? ByteString.copyFromUtf8(OtlpJson.write(message)) : message.toByteString());
    }
}
