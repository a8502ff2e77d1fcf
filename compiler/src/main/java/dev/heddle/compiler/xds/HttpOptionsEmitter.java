package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.HttpOptions;
import dev.heddle.compiler.ir.HttpOptions.ClientCertificates;
import dev.heddle.compiler.ir.HttpOptions.Streams;
import dev.heddle.compiler.ir.HttpOptions.Times;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;

/// Emits what a listener does with every request.
final class HttpOptionsEmitter {
    private HttpOptionsEmitter() {}

    static void emit(HttpOptions options, HttpConnectionManager.Builder out) {
        paths(options.paths(), out);
        headers(options.headers(), out);
        options.certificates().ifPresent(c -> certificates(c, out));
        if (options.trustedProxies() > 0) {
            out.setXffNumTrustedHops(options.trustedProxies());
        }
        times(options.times(), out);
        if (!options.streams().equals(Streams.DEFAULT)) {
            out.setHttp2ProtocolOptions(http2(options.streams()));
        }
        HttpProtocolOptions common = common(options);
        if (!common.equals(HttpProtocolOptions.getDefaultInstance())) {
            out.setCommonHttpProtocolOptions(common);
        }
    }

    /// HTTP/1 as Envoy has it, but for the case of names.
    static Http1ProtocolOptions http1(boolean keepsNameCase) {
        if (!keepsNameCase) {
            return Http1ProtocolOptions.getDefaultInstance();
        }
        return Http1ProtocolOptions.newBuilder()
                .setHeaderKeyFormat(
                        HeaderKeyFormat.newBuilder()
                                .setStatefulFormatter(
                                        TypedExtensionConfig.newBuilder()
                                                .setName("preserve_case")
                                                .setTypedConfig(
                                                        Protos.pack(
                                                                PreserveCaseFormatterConfig
                                                                        .getDefaultInstance()))))
                .build();
    }

    private static void paths(HttpOptions.Paths paths, HttpConnectionManager.Builder out) {
        out.setNormalizePath(BoolValue.of(paths.normalized())).setMergeSlashes(paths.merged());
        switch (paths.escaped()) {
            case KEPT -> {}
            case REJECTED ->
                    out.setPathWithEscapedSlashesAction(
                            HttpConnectionManager.PathWithEscapedSlashesAction.REJECT_REQUEST);
            case REDIRECTED ->
                    out.setPathWithEscapedSlashesAction(
                            HttpConnectionManager.PathWithEscapedSlashesAction
                                    .UNESCAPE_AND_REDIRECT);
            case DECODED ->
                    out.setPathWithEscapedSlashesAction(
                            HttpConnectionManager.PathWithEscapedSlashesAction
                                    .UNESCAPE_AND_FORWARD);
        }
    }

    private static void headers(HttpOptions.Headers headers, HttpConnectionManager.Builder out) {
        out.setServerHeaderTransformation(
                headers.server().isPresent()
                        ? HttpConnectionManager.ServerHeaderTransformation.OVERWRITE
                        : HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH);
        headers.server().ifPresent(out::setServerName);
        if (!headers.requestIds()) {
            out.setGenerateRequestId(BoolValue.of(false));
        }
        out.setAppendXForwardedPort(headers.forwardedPort());
        if (headers.asWritten()) {
            out.setHttpProtocolOptions(http1(true));
        }
    }

    private static void certificates(
            ClientCertificates certificates, HttpConnectionManager.Builder out) {
        out.setForwardClientCertDetails(
                switch (certificates.forwarding()) {
                    case SANITIZE -> HttpConnectionManager.ForwardClientCertDetails.SANITIZE;
                    case FORWARD_ONLY ->
                            HttpConnectionManager.ForwardClientCertDetails.FORWARD_ONLY;
                    case APPEND_FORWARD ->
                            HttpConnectionManager.ForwardClientCertDetails.APPEND_FORWARD;
                    case SANITIZE_SET ->
                            HttpConnectionManager.ForwardClientCertDetails.SANITIZE_SET;
                    case ALWAYS_FORWARD_ONLY ->
                            HttpConnectionManager.ForwardClientCertDetails.ALWAYS_FORWARD_ONLY;
                });
        if (certificates.details().isEmpty()) {
            return;
        }
        var details = HttpConnectionManager.SetCurrentClientCertDetails.newBuilder();
        for (ClientCertificates.Detail detail : certificates.details()) {
            switch (detail) {
                case SUBJECT -> details.setSubject(BoolValue.of(true));
                case CERT -> details.setCert(true);
                case CHAIN -> details.setChain(true);
                case DNS -> details.setDns(true);
                case URI -> details.setUri(true);
            }
        }
        out.setSetCurrentClientCertDetails(details);
    }

    private static void times(Times times, HttpConnectionManager.Builder out) {
        times.drain().ifPresent(t -> out.setDrainTimeout(Protos.duration(t)));
        times.request().ifPresent(t -> out.setRequestTimeout(Protos.duration(t)));
        times.head().ifPresent(t -> out.setRequestHeadersTimeout(Protos.duration(t)));
        times.streamIdle().ifPresent(t -> out.setStreamIdleTimeout(Protos.duration(t)));
    }

    private static Http2ProtocolOptions http2(Streams streams) {
        Http2ProtocolOptions.Builder out = Http2ProtocolOptions.newBuilder();
        streams.atOnce().ifPresent(n -> out.setMaxConcurrentStreams(UInt32Value.of(n)));
        streams.window().ifPresent(n -> out.setInitialStreamWindowSize(UInt32Value.of(n)));
        streams.connectionWindow()
                .ifPresent(n -> out.setInitialConnectionWindowSize(UInt32Value.of(n)));
        return out.build();
    }

    private static HttpProtocolOptions common(HttpOptions options) {
        HttpProtocolOptions.Builder out = HttpProtocolOptions.newBuilder();
        Times times = options.times();
        times.idle().ifPresent(t -> out.setIdleTimeout(Protos.duration(t)));
        times.connection().ifPresent(t -> out.setMaxConnectionDuration(Protos.duration(t)));
        times.stream().ifPresent(t -> out.setMaxStreamDuration(Protos.duration(t)));
        out.setHeadersWithUnderscoresAction(
                switch (options.headers().underscores()) {
                    case ALLOWED -> HttpProtocolOptions.HeadersWithUnderscoresAction.ALLOW;
                    case REJECTED ->
                            HttpProtocolOptions.HeadersWithUnderscoresAction.REJECT_REQUEST;
                    case DROPPED -> HttpProtocolOptions.HeadersWithUnderscoresAction.DROP_HEADER;
                });
        return out.build();
    }
}
