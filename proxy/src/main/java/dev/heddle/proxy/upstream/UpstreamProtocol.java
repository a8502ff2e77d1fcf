package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http.Http1Dialect.NameCase;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http.Protocol;

/// In which version of HTTP a cluster's hosts are spoken to.
public sealed interface UpstreamProtocol {
    /// What one connection speaks.
    sealed interface Spoken extends UpstreamProtocol {}

    /// HTTP/1.1.
    ///
    /// @param trailers whether trailers of chunked bodies are passed on, both ways
    /// @param nameCase how header names look to the upstream, and to the client where it is kept
    record Http1(boolean trailers, NameCase nameCase) implements Spoken {
        /// As Envoy's default is.
        public static final Http1 USUAL = new Http1(false, NameCase.LOWER);
    }

    /// HTTP/2, which hosts must know to expect: without TLS nothing asks them.
    record Http2(Http2Options options) implements Spoken {}

    /// In that in which the request came.
    record AsDownstream(Http1 http1, Http2 http2) implements UpstreamProtocol {}

    /// In which version a request is sent on.
    default Spoken spoken(Protocol downstream) {
        return switch (this) {
            case Spoken one -> one;
            case AsDownstream(Http1 http1, Http2 http2) ->
                    downstream == Protocol.HTTP_2 ? http2 : http1;
        };
    }
}
