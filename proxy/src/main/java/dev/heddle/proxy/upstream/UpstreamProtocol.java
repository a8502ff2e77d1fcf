package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http.Http1Dialect.NameCase;
import dev.heddle.proxy.http.Http2Options;

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

        @Override
        public Http1 http1() {
            return this;
        }

        @Override
        public Http2 http2() {
            return Http2.USUAL;
        }
    }

    /// HTTP/2, which hosts must know to expect: nothing asks them.
    record Http2(Http2Options options) implements Spoken {
        /// When a configuration says nothing.
        public static final Http2 USUAL = new Http2(Http2Options.USUAL);

        @Override
        public Http1 http1() {
            return Http1.USUAL;
        }

        @Override
        public Http2 http2() {
            return this;
        }
    }

    /// In that in which the request came.
    record AsDownstream(Http1 http1, Http2 http2) implements UpstreamProtocol {}

    /// In that which the host chooses in the handshake of TLS; HTTP/1.1 where it chooses none.
    record Negotiated(Http1 http1, Http2 http2) implements UpstreamProtocol {}

    /// How HTTP/1.1 is spoken where it is.
    Http1 http1();

    /// How HTTP/2 is spoken where it is.
    Http2 http2();
}
