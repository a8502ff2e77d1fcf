package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.HttpConnectionManagerConfig.ClientCertificate;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Codec;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.EscapedSlashes;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Http1;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Identity;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Limits;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Paths;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Routes;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.ServerHeader;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.StripPort;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Timeouts;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Trust;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Underscores;
import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.http.Http1Dialect;
import dev.heddle.proxy.tracing.TailKeep;
import dev.heddle.xds.wire.Any;
import envoy.config.core.v3.HttpProtocolOptions;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads HTTP connection managers.
final class HttpConnectionManagerParser {

    private static final Set<String> READ =
            Set.of(
                    "codec_type",
                    "stat_prefix",
                    "rds",
                    "route_config",
                    "http_filters",
                    "tracing",
                    "common_http_protocol_options",
                    "http_protocol_options",
                    "http2_protocol_options",
                    "http3_protocol_options",
                    "server_name",
                    "server_header_transformation",
                    "max_request_headers_kb",
                    "stream_idle_timeout",
                    "request_timeout",
                    "request_headers_timeout",
                    "drain_timeout",
                    "delayed_close_timeout",
                    "access_log",
                    "use_remote_address",
                    "xff_num_trusted_hops",
                    "skip_xff_append",
                    "internal_address_config",
                    "append_x_forwarded_port",
                    "scheme_header_transformation",
                    "stream_error_on_invalid_http_message",
                    "http1_safe_max_connection_duration",
                    "via",
                    "generate_request_id",
                    "preserve_external_request_id",
                    "always_set_request_id_in_response",
                    "forward_client_cert_details",
                    "set_current_client_cert_details",
                    "upgrade_configs",
                    "normalize_path",
                    "merge_slashes",
                    "path_with_escaped_slashes_action",
                    "strip_matching_host_port",
                    "strip_any_host_port",
                    "strip_trailing_host_dot",
                    "request_id_extension",
                    "local_reply_config");

    /// When a log is written, and what proxies tell each other about certificates, of which a
    /// connection without TLS has none.
    private static final Set<String> NOTED =
            Set.of(
                    "access_log_options",
                    "access_log_flush_interval",
                    "add_proxy_protocol_connection_state",
                    "append_local_overload");

    private final Findings findings;
    private final List<HttpFilterType<?>> filterTypes;
    private final Optional<TailKeep> tail;

    /// @param tail which requests are told of in the end, as the listener says
    HttpConnectionManagerParser(
            Findings findings, List<HttpFilterType<?>> filterTypes, Optional<TailKeep> tail) {
        this.findings = findings;
        this.filterTypes = filterTypes;
        this.tail = tail;
    }

    HttpConnectionManagerConfig manager(String path, HttpConnectionManager manager) {
        findings.fields(path, manager, READ, NOTED);
        findings.required(join(path, "stat_prefix"), manager.getStatPrefix());
        requestIds(join(path, "request_id_extension"), manager);
        Limits limits = limits(path, manager);
        List<AccessLogConfig> logs =
                new AccessLogParser(findings)
                        .logs(join(path, "access_log"), manager.getAccessLogList());
        return new HttpConnectionManagerConfig(
                manager.getStatPrefix(),
                routes(path, manager),
                MessagesType.within(
                        filters(join(path, "http_filters"), manager.getHttpFiltersList()), logs),
                logs,
                identity(path, manager),
                paths(path, manager),
                timeouts(path, manager),
                limits,
                codec(path, manager),
                http1(path, manager),
                new Http2OptionsParser(findings)
                        .downstream(
                                join(path, "http2_protocol_options"),
                                manager.getHttp2ProtocolOptions(),
                                limits.requestHeadBytes(),
                                limits.headers()),
                manager.getCodecType() == HttpConnectionManager.CodecType.HTTP3
                        && new QuicParser(findings)
                                .takesConnect(join(path, "http3_protocol_options"), manager),
                new LocalReplyParser(findings)
                        .config(join(path, "local_reply_config"), manager.getLocalReplyConfig()),
                manager.hasTracing()
                        ? new TracingParser(findings).manager(join(path, "tracing"), manager, tail)
                        : Optional.empty());
    }

    private Codec codec(String path, HttpConnectionManager manager) {
        return switch (manager.getCodecType()) {
            case AUTO -> Codec.AUTO;
            case HTTP1 -> Codec.HTTP1;
            case HTTP2 -> Codec.HTTP2;
            case HTTP3 -> Codec.HTTP3;
            case UNRECOGNIZED -> {
                findings.notImplemented(join(path, "codec_type"), manager.getCodecType());
                yield Codec.AUTO;
            }
        };
    }

    private void requestIds(String path, HttpConnectionManager manager) {
        Any extension = manager.getRequestIdExtension().getTypedConfig();
        if (manager.hasRequestIdExtension()
                && !extension.getTypeUrl().endsWith("uuid.v3.UuidRequestIdConfig")) {
            findings.notImplemented(path, "'" + extension.getTypeUrl() + "'");
        }
    }

    private Routes routes(String path, HttpConnectionManager manager) {
        return switch (manager.getRouteSpecifierCase()) {
            case RDS -> {
                String at = join(path, "rds");
                findings.fields(at, manager.getRds(), Set.of("config_source", "route_config_name"));
                findings.required(
                        join(at, "route_config_name"), manager.getRds().getRouteConfigName());
                yield new Routes.Named(
                        manager.getRds().getRouteConfigName(),
                        ConfigSources.check(
                                findings,
                                join(at, "config_source"),
                                manager.getRds().getConfigSource()));
            }
            case ROUTE_CONFIG ->
                    new Routes.Held(
                            RouteParser.within(
                                    join(path, "route_config"),
                                    manager.getRouteConfig(),
                                    findings));
            case SCOPED_ROUTES -> new Routes.Named("-", ConfigSources.FETCH_TIMEOUT);
            case ROUTESPECIFIER_NOT_SET -> {
                findings.reject(path, "has no routes (expected: rds or route_config)");
                yield new Routes.Named("-", ConfigSources.FETCH_TIMEOUT);
            }
        };
    }

    private List<FilterSpec<?>> filters(String path, List<HttpFilter> filters) {
        var specs = new ArrayList<FilterSpec<?>>();
        for (int i = 0; i < filters.size(); i++) {
            HttpFilter filter = filters.get(i);
            String at = path + "[" + i + "]";
            findings.fields(at, filter, Set.of("name", "typed_config", "is_optional", "disabled"));
            findings.required(join(at, "name"), filter.getName());
            Optional<FilterSpec<?>> spec = filter(at, filter);
            spec.ifPresent(specs::add);
        }
        boolean routerLast =
                !filters.isEmpty()
                        && filters.getLast()
                                .getTypedConfig()
                                .getTypeUrl()
                                .endsWith("envoy.extensions.filters.http.router.v3.Router");
        if (!routerLast) {
            findings.reject(path, "end without a router (expected: envoy.filters.http.router)");
        }
        return specs;
    }

    private Optional<FilterSpec<?>> filter(String path, HttpFilter filter) {
        String url = filter.getTypedConfig().getTypeUrl();
        for (HttpFilterType<?> type : filterTypes) {
            if (type.typeUrl().equals(url)) {
                return spec(path, filter, type);
            }
        }
        if (filter.getIsOptional()) {
            // As Envoy does with an optional filter that it was built without.
            findings.note(path);
        } else {
            findings.notImplemented(
                    join(path, "typed_config"), "'" + url + "' (" + filter.getName() + ")");
        }
        return Optional.empty();
    }

    private <C> Optional<FilterSpec<?>> spec(
            String path, HttpFilter filter, HttpFilterType<C> type) {
        try {
            Any config = filter.getTypedConfig();
            if (type.isRouted() && config.getValue().isEmpty()) {
                return Optional.of(
                        new FilterSpec<>(filter.getName(), type, Optional.empty(), true));
            }
            return Optional.of(
                    new FilterSpec<>(
                            filter.getName(),
                            type,
                            Optional.of(type.parse(config)),
                            filter.getDisabled()));
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "typed_config"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Identity identity(String path, HttpConnectionManager manager) {
        ServerHeader server =
                switch (manager.getServerHeaderTransformation()) {
                    case OVERWRITE -> ServerHeader.OVERWRITE;
                    case APPEND_IF_ABSENT -> ServerHeader.APPEND_IF_ABSENT;
                    case PASS_THROUGH -> ServerHeader.PASS_THROUGH;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "server_header_transformation"), "is unknown");
                        yield ServerHeader.OVERWRITE;
                    }
                };
        findings.range(
                join(path, "xff_num_trusted_hops"), manager.getXffNumTrustedHops(), 0, 1_000);
        findings.headerValue(join(path, "via"), manager.getVia());
        findings.headerValue(join(path, "server_name"), manager.getServerName());
        return new Identity(
                manager.getUseRemoteAddress().getValue(),
                manager.getXffNumTrustedHops(),
                manager.getSkipXffAppend(),
                manager.getVia(),
                server,
                manager.getServerName().isEmpty() ? "envoy" : manager.getServerName(),
                !manager.hasGenerateRequestId() || manager.getGenerateRequestId().getValue(),
                manager.getPreserveExternalRequestId(),
                manager.getAlwaysSetRequestIdInResponse(),
                clientCertificate(path, manager),
                trust(path, manager));
    }

    private Trust trust(String path, HttpConnectionManager manager) {
        String at = join(path, "internal_address_config");
        var config = manager.getInternalAddressConfig();
        findings.fields(at, config, Set.of("cidr_ranges"));
        var internal = new ArrayList<AddressRange>();
        if (config.getUnixSockets()) {
            findings.notImplemented(join(at, "unix_sockets"));
        }
        for (int i = 0; i < config.getCidrRangesCount(); i++) {
            var range = config.getCidrRanges(i);
            try {
                internal.add(
                        new AddressRange(
                                InetAddress.ofLiteral(range.getAddressPrefix()),
                                range.getPrefixLen().getValue()));
            } catch (IllegalArgumentException e) {
                findings.reject(
                        join(at, "cidr_ranges[" + i + "]"),
                        "'"
                                + range.getAddressPrefix()
                                + "/"
                                + range.getPrefixLen().getValue()
                                + "' (expected: an address and how many of its bits count)");
            }
        }
        var scheme = manager.getSchemeHeaderTransformation();
        String schemeAt = join(path, "scheme_header_transformation");
        findings.fields(schemeAt, scheme, Set.of("scheme_to_overwrite"));
        String overwritten = scheme.getSchemeToOverwrite();
        if (!overwritten.isEmpty() && !overwritten.equals("http") && !overwritten.equals("https")) {
            findings.reject(
                    join(schemeAt, "scheme_to_overwrite"),
                    "'" + overwritten + "' (expected: http or https)");
        }
        return new Trust(
                internal,
                manager.getAppendXForwardedPort(),
                overwritten.isEmpty() ? Optional.empty() : Optional.of(overwritten));
    }

    private ClientCertificate clientCertificate(String path, HttpConnectionManager manager) {
        ClientCertificate.Forwarding forwarding =
                switch (manager.getForwardClientCertDetails()) {
                    case SANITIZE -> ClientCertificate.Forwarding.SANITIZE;
                    case FORWARD_ONLY -> ClientCertificate.Forwarding.FORWARD_ONLY;
                    case APPEND_FORWARD -> ClientCertificate.Forwarding.APPEND_FORWARD;
                    case SANITIZE_SET -> ClientCertificate.Forwarding.SANITIZE_SET;
                    case ALWAYS_FORWARD_ONLY -> ClientCertificate.Forwarding.ALWAYS_FORWARD_ONLY;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "forward_client_cert_details"), "is unknown");
                        yield ClientCertificate.Forwarding.SANITIZE;
                    }
                };
        var details = manager.getSetCurrentClientCertDetails();
        findings.fields(
                join(path, "set_current_client_cert_details"),
                details,
                Set.of("subject", "cert", "chain", "dns", "uri"));
        var shows = EnumSet.noneOf(ClientCertificate.Shown.class);
        if (details.getCert()) {
            shows.add(ClientCertificate.Shown.CERT);
        }
        if (details.getChain()) {
            shows.add(ClientCertificate.Shown.CHAIN);
        }
        if (details.getSubject().getValue()) {
            shows.add(ClientCertificate.Shown.SUBJECT);
        }
        if (details.getUri()) {
            shows.add(ClientCertificate.Shown.URI);
        }
        if (details.getDns()) {
            shows.add(ClientCertificate.Shown.DNS);
        }
        return new ClientCertificate(forwarding, shows);
    }

    private Paths paths(String path, HttpConnectionManager manager) {
        EscapedSlashes slashes =
                switch (manager.getPathWithEscapedSlashesAction()) {
                    case IMPLEMENTATION_SPECIFIC_DEFAULT, KEEP_UNCHANGED ->
                            EscapedSlashes.KEEP_UNCHANGED;
                    case REJECT_REQUEST -> EscapedSlashes.REJECT;
                    case UNESCAPE_AND_REDIRECT -> EscapedSlashes.UNESCAPE_AND_REDIRECT;
                    case UNESCAPE_AND_FORWARD -> EscapedSlashes.UNESCAPE_AND_FORWARD;
                    case UNRECOGNIZED -> {
                        findings.reject(
                                join(path, "path_with_escaped_slashes_action"), "is unknown");
                        yield EscapedSlashes.REJECT;
                    }
                };
        return new Paths(
                manager.getNormalizePath().getValue(),
                manager.getMergeSlashes(),
                slashes,
                manager.getStripAnyHostPort()
                        ? StripPort.ANY
                        : manager.getStripMatchingHostPort() ? StripPort.MATCHING : StripPort.NONE,
                manager.getStripTrailingHostDot());
    }

    private Timeouts timeouts(String path, HttpConnectionManager manager) {
        HttpProtocolOptions common = manager.getCommonHttpProtocolOptions();
        String at = join(path, "common_http_protocol_options");
        findings.fields(
                at,
                common,
                Set.of(
                        "idle_timeout",
                        "max_connection_duration",
                        "max_headers_count",
                        "max_stream_duration",
                        "headers_with_underscores_action",
                        "max_requests_per_connection"),
                Set.of("max_response_headers_kb"));
        return new Timeouts(
                duration(
                        join(at, "idle_timeout"),
                        common.hasIdleTimeout(),
                        common.getIdleTimeout(),
                        Timeouts.ENVOY.idle()),
                findings.duration(
                        join(path, "request_headers_timeout"), manager.getRequestHeadersTimeout()),
                findings.duration(join(path, "request_timeout"), manager.getRequestTimeout()),
                duration(
                        join(path, "stream_idle_timeout"),
                        manager.hasStreamIdleTimeout(),
                        manager.getStreamIdleTimeout(),
                        Timeouts.ENVOY.streamIdle()),
                findings.duration(
                        join(at, "max_connection_duration"), common.getMaxConnectionDuration()),
                findings.duration(join(at, "max_stream_duration"), common.getMaxStreamDuration()),
                duration(
                        join(path, "drain_timeout"),
                        manager.hasDrainTimeout(),
                        manager.getDrainTimeout(),
                        Timeouts.ENVOY.drain()),
                duration(
                        join(path, "delayed_close_timeout"),
                        manager.hasDelayedCloseTimeout(),
                        manager.getDelayedCloseTimeout(),
                        Timeouts.ENVOY.delayedClose()));
    }

    private Duration duration(
            String path, boolean set, google.protobuf.Duration value, Duration otherwise) {
        return set ? findings.duration(path, value) : otherwise;
    }

    private Limits limits(String path, HttpConnectionManager manager) {
        HttpProtocolOptions common = manager.getCommonHttpProtocolOptions();
        String at = join(path, "common_http_protocol_options");
        int headBytes = Limits.ENVOY.requestHeadBytes();
        if (manager.hasMaxRequestHeadersKb()) {
            int kb = manager.getMaxRequestHeadersKb().getValue();
            findings.range(join(path, "max_request_headers_kb"), kb, 1, 8_192);
            headBytes = Math.clamp(kb, 1, 8_192) * 1024;
        }
        int headers = Limits.ENVOY.headers();
        if (common.hasMaxHeadersCount()) {
            headers = common.getMaxHeadersCount().getValue();
            findings.range(join(at, "max_headers_count"), headers, 1, 1_000_000);
        }
        Underscores underscores =
                switch (common.getHeadersWithUnderscoresAction()) {
                    case ALLOW -> Underscores.ALLOW;
                    case REJECT_REQUEST -> Underscores.REJECT_REQUEST;
                    case DROP_HEADER -> Underscores.DROP_HEADER;
                    case UNRECOGNIZED -> {
                        findings.reject(join(at, "headers_with_underscores_action"), "is unknown");
                        yield Underscores.REJECT_REQUEST;
                    }
                };
        return new Limits(
                headBytes,
                headers,
                Integer.toUnsignedLong(common.getMaxRequestsPerConnection().getValue()),
                underscores);
    }

    private Http1 http1(String path, HttpConnectionManager manager) {
        var options = manager.getHttpProtocolOptions();
        String at = join(path, "http_protocol_options");
        findings.fields(
                at,
                options,
                Set.of(
                        "allow_absolute_url",
                        "accept_http_10",
                        "default_host_for_http_10",
                        "enable_trailers",
                        "allow_chunked_length",
                        "allow_custom_methods",
                        "header_key_format",
                        "override_stream_error_on_invalid_http_message"),
                Set.of("use_balsa_parser"));
        return new Http1(
                options.getAcceptHttp10(),
                options.getDefaultHostForHttp10().isEmpty()
                        ? Optional.empty()
                        : Optional.of(options.getDefaultHostForHttp10()),
                !options.hasAllowAbsoluteUrl() || options.getAllowAbsoluteUrl().getValue(),
                options.getEnableTrailers(),
                new UpgradeParser(findings)
                        .listener(join(path, "upgrade_configs"), manager.getUpgradeConfigsList()),
                new Http1Dialect(
                        options.getAllowCustomMethods(),
                        options.getAllowChunkedLength(),
                        manager.getCommonHttpProtocolOptions().getHeadersWithUnderscoresAction()
                                == HttpProtocolOptions.HeadersWithUnderscoresAction.REJECT_REQUEST,
                        NameCases.read(
                                findings,
                                join(at, "header_key_format"),
                                options.getHeaderKeyFormat())),
                options.hasOverrideStreamErrorOnInvalidHttpMessage()
                        ? options.getOverrideStreamErrorOnInvalidHttpMessage().getValue()
                        : manager.getStreamErrorOnInvalidHttpMessage().getValue(),
                manager.getHttp1SafeMaxConnectionDuration());
    }
}
