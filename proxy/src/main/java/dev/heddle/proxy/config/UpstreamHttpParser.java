package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Limits;
import dev.heddle.proxy.upstream.ConnectionOptions;
import dev.heddle.proxy.upstream.RequestNames;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.proxy.upstream.health.ErrorMatch;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.cluster.v3.Cluster;
import envoy.config.core.v3.UpstreamHttpProtocolOptions;
import envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Reads how HTTP is spoken with the hosts of a cluster: in the fields that clusters had for it at
/// first, and in `envoy.extensions.upstreams.http.v3.HttpProtocolOptions`, which goes before them.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class UpstreamHttpParser {
    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /// Where clusters have the options.
    static final String OPTIONS_FIELD = "typed_extension_protocol_options['" + OPTIONS + "']";

    private final Findings findings;

    UpstreamHttpParser(Findings findings) {
        this.findings = findings;
    }

    /// What is said of connections.
    ///
    /// @param maxRequests on one connection; 0 for any number
    /// @param maxDuration zero for any
    /// @param responseLimits of heads
    /// @param errors what outlier detection takes for a failure; empty for what it usually does
    record Connections(
            Duration idleTimeout,
            long maxRequests,
            Duration maxDuration,
            Limits responseLimits,
            RequestNames names,
            UpstreamProtocol protocol,
            Optional<ErrorMatch> errors) {}

    Connections connections(Cluster cluster) {
        Duration idle = Duration.ofHours(1);
        long maxRequests = Integer.toUnsignedLong(cluster.getMaxRequestsPerConnection().getValue());
        var common = cluster.getCommonHttpProtocolOptions();
        String path = "common_http_protocol_options";
        UpstreamProtocol protocol = protocol(cluster);
        RequestNames names =
                names("upstream_http_protocol_options", cluster.getUpstreamHttpProtocolOptions());
        Optional<ErrorMatch> errors = Optional.empty();
        for (var option : cluster.getTypedExtensionProtocolOptionsMap().entrySet()) {
            String at = "typed_extension_protocol_options['" + option.getKey() + "']";
            HttpProtocolOptions http = httpOptions(at, option.getKey(), option.getValue());
            protocol = protocol(at, http);
            errors = errors(join(at, "outlier_detection"), http.getOutlierDetection());
            names =
                    names(
                            join(at, "upstream_http_protocol_options"),
                            http.getUpstreamHttpProtocolOptions());
            if (http.hasCommonHttpProtocolOptions()) {
                common = http.getCommonHttpProtocolOptions();
                path = join(at, "common_http_protocol_options");
            }
        }
        findings.fields(
                path,
                common,
                Set.of(
                        "idle_timeout",
                        "max_requests_per_connection",
                        "max_connection_duration",
                        "max_headers_count",
                        "max_response_headers_kb"));
        if (common.hasIdleTimeout()) {
            idle = findings.duration(join(path, "idle_timeout"), common.getIdleTimeout());
        }
        if (common.hasMaxRequestsPerConnection()) {
            maxRequests = Integer.toUnsignedLong(common.getMaxRequestsPerConnection().getValue());
        }
        return new Connections(
                idle,
                maxRequests,
                findings.duration(
                        join(path, "max_connection_duration"), common.getMaxConnectionDuration()),
                responseLimits(path, common),
                names,
                protocol,
                errors);
    }

    private Optional<ErrorMatch> errors(String path, HttpProtocolOptions.OutlierDetection config) {
        findings.fields(path, config, Set.of("error_matcher"));
        return config.hasErrorMatcher()
                ? Optional.of(
                        new ErrorMatchParser(findings)
                                .match(join(path, "error_matcher"), config.getErrorMatcher()))
                : Optional.empty();
    }

    private RequestNames names(String path, UpstreamHttpProtocolOptions options) {
        findings.fields(
                path,
                options,
                Set.of("auto_sni", "auto_san_validation", "override_auto_sni_header"));
        return new RequestNames(
                options.getAutoSni(),
                options.getAutoSanValidation(),
                nameHeader(path, options.getOverrideAutoSniHeader()));
    }

    private Optional<HeaderName> nameHeader(String path, String header) {
        if (header.isEmpty() || header.equals(":authority") || header.equalsIgnoreCase("host")) {
            return Optional.empty();
        }
        try {
            return Optional.of(HeaderName.of(header));
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "override_auto_sni_header"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Limits responseLimits(String path, envoy.config.core.v3.HttpProtocolOptions common) {
        int headers = ConnectionOptions.ENVOY_RESPONSE.headers();
        if (common.hasMaxHeadersCount()) {
            headers = common.getMaxHeadersCount().getValue();
            findings.range(join(path, "max_headers_count"), headers, 1, 1_000_000);
        }
        int bytes = ConnectionOptions.ENVOY_RESPONSE.headBytes();
        if (common.hasMaxResponseHeadersKb()) {
            int kb = common.getMaxResponseHeadersKb().getValue();
            findings.range(join(path, "max_response_headers_kb"), kb, 1, 8_192);
            bytes = Math.clamp(kb, 1, 8_192) * 1024;
        }
        return new Limits(bytes, Math.max(1, headers));
    }

    private HttpProtocolOptions httpOptions(String path, String key, Any value) {
        if (!key.equals(OPTIONS)) {
            findings.notImplemented(path);
            return HttpProtocolOptions.getDefaultInstance();
        }
        HttpProtocolOptions options;
        try {
            options = value.unpack(HttpProtocolOptions.getDefaultInstance());
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return HttpProtocolOptions.getDefaultInstance();
        }
        findings.fields(
                path,
                options,
                Set.of(
                        "common_http_protocol_options",
                        "explicit_http_config",
                        "use_downstream_protocol_config",
                        "auto_config",
                        "upstream_http_protocol_options",
                        "outlier_detection"));
        return options;
    }

    /// As the fields said before there were extensions.
    private UpstreamProtocol protocol(Cluster cluster) {
        UpstreamProtocol.Http1 http1 =
                http1("http_protocol_options", cluster.getHttpProtocolOptions());
        UpstreamProtocol.Http2 http2 =
                http2("http2_protocol_options", cluster.getHttp2ProtocolOptions());
        return switch (cluster.getProtocolSelection()) {
            case USE_CONFIGURED_PROTOCOL -> cluster.hasHttp2ProtocolOptions() ? http2 : http1;
            case USE_DOWNSTREAM_PROTOCOL -> new UpstreamProtocol.AsDownstream(http1, http2);
            case UNRECOGNIZED -> {
                findings.reject("protocol_selection", "is unknown");
                yield http1;
            }
        };
    }

    private UpstreamProtocol protocol(String path, HttpProtocolOptions options) {
        return switch (options.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                String at = join(path, "explicit_http_config");
                var explicit = options.getExplicitHttpConfig();
                findings.fields(
                        at, explicit, Set.of("http_protocol_options", "http2_protocol_options"));
                yield explicit.hasHttp2ProtocolOptions()
                        ? http2(
                                join(at, "http2_protocol_options"),
                                explicit.getHttp2ProtocolOptions())
                        : http1(
                                join(at, "http_protocol_options"),
                                explicit.getHttpProtocolOptions());
            }
            // No downstream speaks HTTP/3, so its options are unused.
            case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
                String at = join(path, "use_downstream_protocol_config");
                var downstream = options.getUseDownstreamProtocolConfig();
                findings.fields(
                        at,
                        downstream,
                        Set.of("http_protocol_options", "http2_protocol_options"),
                        Set.of("http3_protocol_options"));
                yield new UpstreamProtocol.AsDownstream(
                        http1(
                                join(at, "http_protocol_options"),
                                downstream.getHttpProtocolOptions()),
                        http2(
                                join(at, "http2_protocol_options"),
                                downstream.getHttp2ProtocolOptions()));
            }
            case AUTO_CONFIG -> {
                String at = join(path, "auto_config");
                var auto = options.getAutoConfig();
                findings.fields(
                        at, auto, Set.of("http_protocol_options", "http2_protocol_options"));
                yield new UpstreamProtocol.Negotiated(
                        http1(join(at, "http_protocol_options"), auto.getHttpProtocolOptions()),
                        http2(join(at, "http2_protocol_options"), auto.getHttp2ProtocolOptions()));
            }
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> UpstreamProtocol.Http1.USUAL;
        };
    }

    private UpstreamProtocol.Http2 http2(
            String path, envoy.config.core.v3.Http2ProtocolOptions options) {
        return new UpstreamProtocol.Http2(new Http2OptionsParser(findings).upstream(path, options));
    }

    private UpstreamProtocol.Http1 http1(
            String path, envoy.config.core.v3.Http1ProtocolOptions options) {
        findings.fields(
                path,
                options,
                Set.of("enable_trailers", "header_key_format"),
                Set.of("use_balsa_parser", "accept_http_10"));
        return new UpstreamProtocol.Http1(
                options.getEnableTrailers(),
                NameCases.read(
                        findings, join(path, "header_key_format"), options.getHeaderKeyFormat()));
    }
}
