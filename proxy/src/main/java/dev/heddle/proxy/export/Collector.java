package dev.heddle.proxy.export;

import dev.heddle.proxy.http.HeaderName;
import java.time.Duration;
import java.util.List;

/// Where batches go, and how they are sent.
///
/// @param cluster whose hosts take them
/// @param authority what requests say as `:authority`
/// @param timeout how long a call may take in all; more than zero
/// @param headers what requests carry besides; they may hold a secret
public record Collector(
        String cluster, String authority, Duration timeout, List<Field> headers, Call call) {

    public Collector {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
        headers = List.copyOf(headers);
    }

    /// A header.
    public record Field(HeaderName name, String value) {}

    /// What a request is.
    public sealed interface Call {
        /// A call of gRPC with one message.
        ///
        /// @param method as HTTP/2 names it, as in
        ///   `/opentelemetry.proto.collector.trace.v1.TraceService/Export`
        record Grpc(String method) implements Call {}

        /// A call of gRPC with as many messages as the encoder has put into frames.
        ///
        /// @param method as HTTP/2 names it
        record Stream(String method) implements Call {}

        /// A `POST` with a body.
        ///
        /// @param path as in `/api/v2/spans`
        record Post(String path, String contentType) implements Call {}
    }

    /// Without values, some of which may be secret.
    @Override
    public String toString() {
        return "Collector[" + cluster + ", " + authority + ", " + call + "]";
    }
}
