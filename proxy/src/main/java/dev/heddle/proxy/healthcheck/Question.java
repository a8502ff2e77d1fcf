package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.upstream.health.HealthCheck;
import dev.heddle.proxy.upstream.health.HostCheck;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is asked over HTTP, and what the answer means. One request at a time.
sealed interface Question permits HttpQuestion, GrpcQuestion {
    /// What an answer means.
    enum Verdict {
        PASSED,
        DEGRADED,
        FAILED,
        /// Failed, if it goes on.
        RETRIABLE
    }

    boolean isHttp2();

    /// A request, which is the caller's.
    ///
    /// @param scheme `http` or `https`
    RequestHead head(String scheme);

    /// Its body; null for none.
    byte @Nullable [] body();

    /// The answer begins.
    void onHead(ResponseHead head);

    /// @param bytes now belong to this
    void onBody(ByteBuf bytes);

    /// The answer is whole.
    ///
    /// @param trailers null for none
    Verdict verdict(HostCheck check, @Nullable Headers trailers);

    /// Adds configured headers to a request.
    static void add(List<HealthCheck.Header> headers, Headers to) {
        for (HealthCheck.Header header : headers) {
            HeaderName name = HeaderName.of(header.name());
            if (header.replaces()) {
                to.set(name, header.value());
            } else {
                to.add(name, header.value());
            }
        }
    }
}
