package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.extauthz.CheckService;
import dev.heddle.proxy.filter.extauthz.ConnectionCheckConfig;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.BodyLimit;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.Enabling;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.Failing;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.Taken;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.Told;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.route.Chance;
import dev.heddle.telemetry.AccessLogFormat;
import envoy.config.core.v3.ApiVersion;
import envoy.config.core.v3.GrpcService;
import envoy.config.core.v3.HeaderValue;
import envoy.config.core.v3.HttpUri;
import envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest;
import envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import envoy.extensions.filters.http.ext_authz.v3.HttpService;
import envoy.type.matcher.v3.ListStringMatcher;
import envoy.type.matcher.v3.MetadataMatcher;
import envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads whom to ask whether a request, or a connection, may pass.
final class ExtAuthzParser {
    private static final Duration USUAL_TIMEOUT = Duration.ofMillis(200);
    private static final int FORBIDDEN = 403;

    /// Names that services of HTTP are always told, and that their refusals always have.
    private static final Set<String> ALWAYS_TOLD =
            Set.of("authorization", ":method", ":path", ":authority");

    private static final Set<String> ALWAYS_IN_REFUSALS =
            Set.of("content-length", "www-authenticate", "location");

    private final Findings findings;
    private final MatchParser matches;

    ExtAuthzParser(Findings findings) {
        this.findings = findings;
        this.matches = new MatchParser(findings);
    }

    ExtAuthzConfig filter(ExtAuthz config) {
        findings.fields(
                "",
                config,
                Set.of(
                        "grpc_service",
                        "http_service",
                        "transport_api_version",
                        "failure_mode_allow",
                        "failure_mode_allow_header_add",
                        "with_request_body",
                        "clear_route_cache",
                        "status_on_error",
                        // Answers are checked anyway.
                        "validate_mutations",
                        "metadata_context_namespaces",
                        "filter_enabled",
                        "filter_enabled_metadata",
                        "deny_at_disable",
                        "include_peer_certificate",
                        "stat_prefix",
                        "allowed_headers",
                        "disallowed_headers",
                        "include_tls_session",
                        "encode_raw_headers",
                        "enable_dynamic_metadata_ingestion"),
                // The cluster that the request would have gone to counts no refusals here.
                Set.of("charge_cluster_response_stats"));
        version("transport_api_version", config.getTransportApiVersion());
        boolean isHttp = config.hasHttpService();
        boolean takesMetadata =
                !config.hasEnableDynamicMetadataIngestion()
                        || config.getEnableDynamicMetadataIngestion().getValue();
        return new ExtAuthzConfig(
                isHttp
                        ? http("http_service", config.getHttpService())
                        : grpc("grpc_service", config.hasGrpcService(), config.getGrpcService()),
                enabling(config),
                new Failing(
                        config.getFailureModeAllow(),
                        config.getFailureModeAllowHeaderAdd(),
                        status(config)),
                new Told(
                        told(config),
                        config.getEncodeRawHeaders(),
                        config.getMetadataContextNamespacesList(),
                        config.getIncludePeerCertificate(),
                        config.getIncludeTlsSession()),
                config.hasWithRequestBody()
                        ? Optional.of(
                                body("with_request_body", config.getWithRequestBody(), isHttp))
                        : Optional.empty(),
                new Taken(config.getClearRouteCache(), takesMetadata),
                config.getStatPrefix().isEmpty() ? "" : config.getStatPrefix() + ".");
    }

    /// The filter for connections.
    ConnectionCheckConfig network(
            String path, envoy.extensions.filters.network.ext_authz.v3.ExtAuthz config) {
        findings.fields(
                path,
                config,
                Set.of(
                        "stat_prefix",
                        "grpc_service",
                        "failure_mode_allow",
                        "include_peer_certificate",
                        "transport_api_version",
                        "filter_enabled_metadata",
                        "include_tls_session"));
        findings.required(join(path, "stat_prefix"), config.getStatPrefix());
        version(join(path, "transport_api_version"), config.getTransportApiVersion());
        return new ConnectionCheckConfig(
                grpc(join(path, "grpc_service"), config.hasGrpcService(), config.getGrpcService()),
                config.hasFilterEnabledMetadata()
                        ? metadata(
                                join(path, "filter_enabled_metadata"),
                                config.getFilterEnabledMetadata())
                        : _ -> true,
                config.getFailureModeAllow(),
                new Told(
                        ExtAuthzParser::none,
                        false,
                        List.of(),
                        config.getIncludePeerCertificate(),
                        config.getIncludeTlsSession()),
                config.getStatPrefix());
    }

    /// What a route says.
    ExtAuthzConfig.Route route(ExtAuthzPerRoute route) {
        findings.fields("", route, Set.of("disabled", "check_settings"));
        return switch (route.getOverrideCase()) {
            case DISABLED -> {
                if (!route.getDisabled()) {
                    findings.reject("disabled", "false (expected: true)");
                }
                yield new ExtAuthzConfig.Route(true, Map.of(), false, Optional.empty());
            }
            case CHECK_SETTINGS -> settings("check_settings", route.getCheckSettings());
            case OVERRIDE_NOT_SET -> {
                findings.reject("", "says nothing (expected: disabled or check_settings)");
                yield ExtAuthzConfig.Route.NOTHING;
            }
        };
    }

    private ExtAuthzConfig.Route settings(String path, CheckSettings settings) {
        findings.fields(
                path,
                settings,
                Set.of(
                        "context_extensions",
                        "disable_request_body_buffering",
                        "with_request_body"));
        if (settings.getDisableRequestBodyBuffering() && settings.hasWithRequestBody()) {
            findings.reject(
                    join(path, "with_request_body"),
                    "is set beside disable_request_body_buffering (expected: one)");
        }
        return new ExtAuthzConfig.Route(
                false,
                settings.getContextExtensionsMap(),
                settings.getDisableRequestBodyBuffering(),
                settings.hasWithRequestBody()
                        ? Optional.of(
                                body(
                                        join(path, "with_request_body"),
                                        settings.getWithRequestBody(),
                                        false))
                        : Optional.empty());
    }

    private void version(String path, ApiVersion version) {
        if (version != ApiVersion.V3) {
            findings.reject(path, version + " (expected: V3)");
        }
    }

    private Enabling enabling(ExtAuthz config) {
        Chance chance =
                config.hasFilterEnabled()
                        ? new ChanceParser(findings)
                                .runtime("filter_enabled", config.getFilterEnabled())
                        : Chance.ALWAYS;
        return new Enabling(
                chance,
                config.hasFilterEnabledMetadata()
                        ? metadata("filter_enabled_metadata", config.getFilterEnabledMetadata())
                        : _ -> true,
                config.getDenyAtDisable().getDefaultValue().getValue(),
                config.getDenyAtDisable().getRuntimeKey());
    }

    private Predicate<@Nullable Map<String, Object>> metadata(
            String path, MetadataMatcher matcher) {
        MetadataMatch match =
                new MetadataMatchParser(findings, matches).all(path, List.of(matcher)).getFirst();
        return match::test;
    }

    private int status(ExtAuthz config) {
        int status = config.getStatusOnError().getCodeValue();
        if (status == 0) {
            return FORBIDDEN;
        }
        findings.range("status_on_error.code", status, 200, 599);
        return status;
    }

    private Predicate<String> told(ExtAuthz config) {
        AuthorizationRequest http = config.getHttpService().getAuthorizationRequest();
        if (config.hasAllowedHeaders() && http.hasAllowedHeaders()) {
            findings.reject(
                    "allowed_headers",
                    "is set beside http_service.authorization_request.allowed_headers"
                            + " (expected: one)");
        }
        Predicate<String> allowed =
                config.hasHttpService()
                        ? names(
                                        config.hasAllowedHeaders()
                                                ? "allowed_headers"
                                                : "http_service.authorization_request"
                                                        + ".allowed_headers",
                                        config.hasAllowedHeaders()
                                                ? config.getAllowedHeaders()
                                                : http.getAllowedHeaders())
                                .or(ALWAYS_TOLD::contains)
                        : config.hasAllowedHeaders()
                                ? names("allowed_headers", config.getAllowedHeaders())
                                : ExtAuthzParser::all;
        return config.hasDisallowedHeaders()
                ? allowed.and(names("disallowed_headers", config.getDisallowedHeaders()).negate())
                : allowed;
    }

    private static boolean all(String name) {
        return true;
    }

    private static boolean none(String name) {
        return false;
    }

    private Predicate<String> names(String path, ListStringMatcher list) {
        findings.fields(path, list, Set.of("patterns"));
        Predicate<String> any = ExtAuthzParser::none;
        List<StringMatcher> patterns = list.getPatternsList();
        for (int i = 0; i < patterns.size(); i++) {
            TextMatch match = matches.text(path + ".patterns[" + i + "]", patterns.get(i));
            any = any.or(match::test);
        }
        return any;
    }

    private BodyLimit body(String path, BufferSettings settings, boolean isHttp) {
        findings.fields(
                path,
                settings,
                Set.of("max_request_bytes", "allow_partial_message", "pack_as_bytes"));
        long most = Integer.toUnsignedLong(settings.getMaxRequestBytes());
        findings.range(join(path, "max_request_bytes"), most, 1, Integer.MAX_VALUE);
        return new BodyLimit(
                Math.clamp(most, 1, Integer.MAX_VALUE),
                settings.getAllowPartialMessage(),
                isHttp || settings.getPackAsBytes());
    }

    private CheckService.Grpc grpc(String path, boolean isThere, GrpcService service) {
        findings.fields(path, service, Set.of("envoy_grpc", "timeout", "initial_metadata"));
        if (!isThere) {
            findings.reject("", "names no service (expected: grpc_service or http_service)");
        }
        var target = service.getEnvoyGrpc();
        String at = join(path, "envoy_grpc");
        findings.fields(at, target, Set.of("cluster_name", "authority", "skip_envoy_headers"));
        if (isThere && !service.hasGoogleGrpc()) {
            findings.required(join(at, "cluster_name"), target.getClusterName());
        }
        return new CheckService.Grpc(
                target.getClusterName(),
                target.getAuthority().isEmpty() ? target.getClusterName() : target.getAuthority(),
                service.hasTimeout()
                        ? findings.duration(join(path, "timeout"), service.getTimeout())
                        : USUAL_TIMEOUT,
                added(join(path, "initial_metadata"), service.getInitialMetadataList()),
                !target.getSkipEnvoyHeaders());
    }

    private CheckService http(String path, HttpService service) {
        findings.fields(
                path,
                service,
                Set.of(
                        "server_uri",
                        "path_prefix",
                        "authorization_request",
                        "authorization_response"));
        HttpUri uri = service.getServerUri();
        String at = join(path, "server_uri");
        // Where it is says the cluster.
        findings.fields(at, uri, Set.of("uri", "cluster", "timeout"));
        findings.required(join(at, "cluster"), uri.getCluster());
        String prefix = service.getPathPrefix();
        if (!prefix.isEmpty() && !prefix.startsWith("/")) {
            findings.reject(
                    join(path, "path_prefix"), "'" + prefix + "' (expected: beginning with /)");
        }
        AuthorizationRequest request = service.getAuthorizationRequest();
        String requestAt = join(path, "authorization_request");
        findings.fields(requestAt, request, Set.of("allowed_headers", "headers_to_add"));
        return new CheckService.Http(
                uri.getCluster(),
                uri.hasTimeout()
                        ? findings.duration(join(at, "timeout"), uri.getTimeout())
                        : USUAL_TIMEOUT,
                prefix,
                added(join(requestAt, "headers_to_add"), request.getHeadersToAddList()),
                answers(join(path, "authorization_response"), service.getAuthorizationResponse()));
    }

    private CheckService.Answers answers(String path, AuthorizationResponse response) {
        findings.fields(
                path,
                response,
                Set.of(
                        "allowed_upstream_headers",
                        "allowed_upstream_headers_to_append",
                        "allowed_client_headers",
                        "allowed_client_headers_on_success",
                        "dynamic_metadata_from_headers"));
        return new CheckService.Answers(
                names(join(path, "allowed_upstream_headers"), response.getAllowedUpstreamHeaders()),
                names(
                        join(path, "allowed_upstream_headers_to_append"),
                        response.getAllowedUpstreamHeadersToAppend()),
                response.getAllowedClientHeaders().getPatternsCount() == 0
                        ? ExtAuthzParser::all
                        : names(
                                        join(path, "allowed_client_headers"),
                                        response.getAllowedClientHeaders())
                                .or(ALWAYS_IN_REFUSALS::contains),
                names(
                        join(path, "allowed_client_headers_on_success"),
                        response.getAllowedClientHeadersOnSuccess()),
                names(
                        join(path, "dynamic_metadata_from_headers"),
                        response.getDynamicMetadataFromHeaders()));
    }

    private List<CheckService.Added> added(String path, List<HeaderValue> headers) {
        var added = new ArrayList<CheckService.Added>();
        for (int i = 0; i < headers.size(); i++) {
            HeaderValue header = headers.get(i);
            String at = path + "[" + i + "]";
            findings.fields(at, header, Set.of("key", "value"));
            findings.headerValue(join(at, "value"), header.getValue());
            try {
                added.add(
                        new CheckService.Added(
                                HeaderName.of(header.getKey()),
                                AccessLogFormat.parse(header.getValue())));
            } catch (IllegalArgumentException e) {
                findings.reject(at, String.valueOf(e.getMessage()));
            }
        }
        return added;
    }
}
