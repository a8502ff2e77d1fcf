package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.FilterOverrides;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.proxy.route.Mirror;
import dev.heddle.telemetry.NodeText;
import envoy.config.route.v3.Route;
import envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import envoy.config.route.v3.RouteConfiguration;
import envoy.config.route.v3.RouteMatch;
import envoy.config.route.v3.VirtualCluster;
import envoy.config.route.v3.VirtualHost;
import google.protobuf.UInt32Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads route tables; what a route does is read by [RouteActionParser].
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
public final class RouteParser {

    private static final Set<String> HEADER_EDITS =
            Set.of(
                    "request_headers_to_add",
                    "request_headers_to_remove",
                    "response_headers_to_add",
                    "response_headers_to_remove");

    private final Findings findings;
    private final MatchParser matches;
    private final HeaderEditParser edits;
    private final RetryPolicyParser retries;
    private final RouteActionParser actions;
    private final FilterOverrideParser filters;

    private RouteParser(Findings findings) {
        this.findings = findings;
        this.matches = new MatchParser(findings);
        this.edits = new HeaderEditParser(findings);
        this.retries = new RetryPolicyParser(findings, matches);
        this.filters = new FilterOverrideParser(findings, HttpFilters.ALL);
        this.actions = new RouteActionParser(findings, edits, retries, filters);
    }

    /// Reads one resource of RDS.
    public static Parsed<RouteConfig> parse(RouteConfiguration table) {
        return parse(table, NodeText.SILENT);
    }

    /// As the other one.
    ///
    /// @param node of the proxy, which formats may ask
    static Parsed<RouteConfig> parse(RouteConfiguration table, NodeText node) {
        var findings = new Findings(node);
        findings.required("name", table.getName());
        return findings.of(new RouteParser(findings).table("", table));
    }

    /// Reads a table that is part of a listener.
    static RouteConfig within(String path, RouteConfiguration table, Findings findings) {
        return new RouteParser(findings).table(path, table);
    }

    private RouteConfig table(String path, RouteConfiguration table) {
        findings.fields(
                path,
                table,
                with(
                        HEADER_EDITS,
                        "name",
                        "virtual_hosts",
                        "most_specific_header_mutations_wins",
                        "max_direct_response_body_size_bytes",
                        "ignore_port_in_host_matching",
                        "internal_only_headers",
                        "validate_clusters",
                        "typed_per_filter_config",
                        "request_mirror_policies",
                        "metadata"));
        if (table.getValidateClusters().getValue()) {
            // We hold routes back until their clusters are there, but take those that name others.
            findings.note(join(path, "validate_clusters"));
        }
        int largestBody =
                table.hasMaxDirectResponseBodySizeBytes()
                        ? table.getMaxDirectResponseBodySizeBytes().getValue()
                        : 4_096;
        var whole =
                new Scope(
                        table.getTypedPerFilterConfigCount() == 0
                                ? List.of()
                                : filters.read(path, table.getTypedPerFilterConfigMap()),
                        mirrors(path, table.getRequestMirrorPoliciesList(), List.of()),
                        largestBody,
                        RetryConfig.NONE);
        var hosts = new ArrayList<RouteConfig.VirtualHost>();
        var domains = new HashMap<String, String>();
        var names = new HashMap<String, Integer>();
        for (int i = 0; i < table.getVirtualHostsCount(); i++) {
            String at = join(path, "virtual_hosts[" + i + "]");
            VirtualHost host = table.getVirtualHosts(i);
            if (names.put(host.getName(), i) != null) {
                findings.reject(join(at, "name"), "'" + host.getName() + "' is there twice");
            }
            hosts.add(host(at, host, domains, whole));
        }
        return new RouteConfig(
                table.getName(),
                hosts,
                edits.both(
                        path,
                        table.getRequestHeadersToAddList(),
                        table.getRequestHeadersToRemoveList(),
                        table.getResponseHeadersToAddList(),
                        table.getResponseHeadersToRemoveList()),
                !table.getMostSpecificHeaderMutationsWins(),
                table.getIgnorePortInHostMatching(),
                lowerCase(table.getInternalOnlyHeadersList()),
                ResourceVersion.NONE);
    }

    private RouteConfig.VirtualHost host(
            String path, VirtualHost host, Map<String, String> taken, Scope table) {
        findings.fields(
                path,
                host,
                with(
                        HEADER_EDITS,
                        "name",
                        "domains",
                        "routes",
                        "require_tls",
                        "virtual_clusters",
                        "typed_per_filter_config",
                        "metadata",
                        "retry_policy",
                        "request_mirror_policies",
                        "per_request_buffer_limit_bytes",
                        "include_request_attempt_count",
                        "include_attempt_count_in_response",
                        "include_is_timeout_retry_header"));
        findings.required(join(path, "name"), host.getName());
        RetryConfig retry =
                (host.hasRetryPolicy()
                                ? retries.parse(join(path, "retry_policy"), host.getRetryPolicy())
                                : RetryConfig.NONE)
                        .telling(
                                new RetryConfig.Told(
                                        bufferLimit(
                                                host.hasPerRequestBufferLimitBytes(),
                                                host.getPerRequestBufferLimitBytes()),
                                        host.getIncludeRequestAttemptCount(),
                                        host.getIncludeAttemptCountInResponse(),
                                        host.getIncludeIsTimeoutRetryHeader()));
        var own =
                new Scope(
                        host.getTypedPerFilterConfigCount() == 0
                                ? table.filters()
                                : FilterOverrides.merged(
                                        List.of(
                                                filters.read(
                                                        path, host.getTypedPerFilterConfigMap()),
                                                table.filters())),
                        mirrors(path, host.getRequestMirrorPoliciesList(), table.mirrors()),
                        table.largestBody(),
                        retry);
        var routes = new ArrayList<RouteConfig.Route>();
        for (int i = 0; i < host.getRoutesCount(); i++) {
            String at = join(path, "routes[" + i + "]");
            routes.add(route(at, host.getRoutes(i), own));
        }
        return new RouteConfig.VirtualHost(
                host.getName(),
                domains(join(path, "domains"), host, taken),
                routes,
                tls(path, host),
                edits.both(
                        path,
                        host.getRequestHeadersToAddList(),
                        host.getRequestHeadersToRemoveList(),
                        host.getResponseHeadersToAddList(),
                        host.getResponseHeadersToRemoveList()),
                virtualClusters(path, host.getVirtualClustersList()));
    }

    /// What a route has that does not say it itself.
    ///
    /// @param largestBody of a direct response, in bytes
    private record Scope(
            List<FilterOverride> filters,
            List<Mirror> mirrors,
            int largestBody,
            RetryConfig retry) {}

    /// @param further what counts where these are none: they are not added up
    private List<Mirror> mirrors(
            String path, List<RequestMirrorPolicy> policies, List<Mirror> further) {
        return policies.isEmpty()
                ? further
                : new MirrorParser(findings).read(join(path, "request_mirror_policies"), policies);
    }

    private List<String> domains(String path, VirtualHost host, Map<String, String> taken) {
        if (host.getDomainsCount() == 0) {
            findings.reject(path, "[] (expected: one or more)");
            return List.of("-");
        }
        List<String> domains = lowerCase(host.getDomainsList());
        for (int i = 0; i < domains.size(); i++) {
            String domain = domains.get(i);
            String at = path + "[" + i + "]";
            if (domain.isEmpty()
                    || domain.substring(1, Math.max(1, domain.length() - 1)).contains("*")) {
                findings.reject(at, "'" + domain + "' (expected: name, *.suffix, prefix.* or *)");
            }
            String other = taken.putIfAbsent(domain, host.getName());
            if (other != null) {
                findings.reject(
                        at, "'" + domain + "' belongs to virtual host '" + other + "' already");
            }
        }
        return domains;
    }

    private RouteConfig.RequireTls tls(String path, VirtualHost host) {
        return switch (host.getRequireTls()) {
            case NONE -> RouteConfig.RequireTls.NONE;
            case EXTERNAL_ONLY -> RouteConfig.RequireTls.EXTERNAL_ONLY;
            case ALL -> RouteConfig.RequireTls.ALL;
            case UNRECOGNIZED -> {
                findings.reject(join(path, "require_tls"), "is unknown");
                yield RouteConfig.RequireTls.ALL;
            }
        };
    }

    private List<RouteConfig.VirtualCluster> virtualClusters(
            String path, List<VirtualCluster> clusters) {
        var read = new ArrayList<RouteConfig.VirtualCluster>();
        for (int i = 0; i < clusters.size(); i++) {
            String at = join(path, "virtual_clusters[" + i + "]");
            VirtualCluster cluster = clusters.get(i);
            findings.fields(at, cluster, Set.of("name", "headers"));
            findings.required(join(at, "name"), cluster.getName());
            read.add(
                    new RouteConfig.VirtualCluster(
                            cluster.getName(),
                            matches.headers(join(at, "headers"), cluster.getHeadersList())));
        }
        return read;
    }

    private static OptionalLong bufferLimit(boolean isSet, UInt32Value value) {
        return isSet
                ? OptionalLong.of(Integer.toUnsignedLong(value.getValue()))
                : OptionalLong.empty();
    }

    /// The virtual host's, with the route's own limit if it has one.
    private static RetryConfig retry(RetryConfig host, Route route) {
        RetryConfig.Told told = host.told();
        return route.hasPerRequestBufferLimitBytes()
                ? host.telling(
                        new RetryConfig.Told(
                                bufferLimit(true, route.getPerRequestBufferLimitBytes()),
                                told.upstream(),
                                told.client(),
                                told.timeouts()))
                : host;
    }

    private RouteConfig.Route route(String path, Route route, Scope scope) {
        findings.fields(
                path,
                route,
                with(
                        HEADER_EDITS,
                        "name",
                        "match",
                        "route",
                        "redirect",
                        "direct_response",
                        "metadata",
                        "typed_per_filter_config",
                        "stat_prefix",
                        "per_request_buffer_limit_bytes",
                        "decorator",
                        "tracing"));
        RouteConfig.Match match = match(join(path, "match"), route.getMatch());
        RouteConfig.Action action =
                switch (route.getActionCase()) {
                    case ROUTE ->
                            actions.forward(
                                    join(path, "route"),
                                    route.getRoute(),
                                    match,
                                    retry(scope.retry(), route),
                                    mirrors(
                                            join(path, "route"),
                                            route.getRoute().getRequestMirrorPoliciesList(),
                                            scope.mirrors()));
                    case REDIRECT ->
                            actions.redirect(join(path, "redirect"), route.getRedirect(), match);
                    case DIRECT_RESPONSE -> {
                        var direct = route.getDirectResponse();
                        String at = join(path, "direct_response");
                        findings.fields(at, direct, Set.of("status", "body"));
                        findings.range(join(at, "status"), direct.getStatus(), 200, 599);
                        yield new RouteConfig.Action.DirectResponse(
                                direct.getStatus(),
                                findings.inline(
                                        join(at, "body"), direct.getBody(), scope.largestBody()));
                    }
                    case FILTER_ACTION, NON_FORWARDING_ACTION -> nothing();
                    case ACTION_NOT_SET -> {
                        findings.reject(
                                path,
                                "does nothing (expected: route, redirect or direct_response)");
                        yield nothing();
                    }
                };
        return new RouteConfig.Route(
                route.getName(),
                match,
                action,
                edits.both(
                        path,
                        route.getRequestHeadersToAddList(),
                        route.getRequestHeadersToRemoveList(),
                        route.getResponseHeadersToAddList(),
                        route.getResponseHeadersToRemoveList()),
                route.getStatPrefix(),
                route.getTypedPerFilterConfigCount() == 0
                        ? scope.filters()
                        : FilterOverrides.merged(
                                List.of(
                                        filters.read(path, route.getTypedPerFilterConfigMap()),
                                        scope.filters())),
                RuleParser.rule(route.getMetadata()),
                ResourceMetadata.of(route.getMetadata()),
                new TracingParser(findings)
                        .route(
                                path,
                                route.hasTracing(),
                                route.getTracing(),
                                route.hasDecorator(),
                                route.getDecorator()));
    }

    private static RouteConfig.Action nothing() {
        return new RouteConfig.Action.DirectResponse(500, "");
    }

    private RouteConfig.Match match(String path, RouteMatch match) {
        findings.fields(
                path,
                match,
                Set.of(
                        "prefix",
                        "path",
                        "safe_regex",
                        "path_separated_prefix",
                        "connect_matcher",
                        "case_sensitive",
                        "runtime_fraction",
                        "headers",
                        "query_parameters",
                        "grpc",
                        "path_match_policy",
                        "dynamic_metadata",
                        "tls_context"));
        return new RouteConfig.Match(
                path(path, match),
                match.hasCaseSensitive() && !match.getCaseSensitive().getValue(),
                matches.headers(join(path, "headers"), match.getHeadersList()),
                matches.query(join(path, "query_parameters"), match.getQueryParametersList()),
                match.hasGrpc(),
                new MetadataMatchParser(findings, matches)
                        .all(join(path, "dynamic_metadata"), match.getDynamicMetadataList()),
                match.hasTlsContext()
                        ? tls(join(path, "tls_context"), match.getTlsContext())
                        : TlsMatch.ANY,
                fraction(join(path, "runtime_fraction"), match));
    }

    private TlsMatch tls(String path, RouteMatch.TlsContextMatchOptions options) {
        findings.fields(path, options, Set.of("presented", "validated"));
        return new TlsMatch(
                options.hasPresented()
                        ? Optional.of(options.getPresented().getValue())
                        : Optional.empty(),
                options.hasValidated()
                        ? Optional.of(options.getValidated().getValue())
                        : Optional.empty());
    }

    private RouteConfig.Path path(String path, RouteMatch match) {
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> new RouteConfig.Path.Prefix(match.getPrefix());
            case PATH -> new RouteConfig.Path.Exact(match.getPath());
            case SAFE_REGEX ->
                    new RouteConfig.Path.Regex(
                            findings.regex(join(path, "safe_regex"), match.getSafeRegex()));
            case PATH_SEPARATED_PREFIX -> {
                String prefix = match.getPathSeparatedPrefix();
                if (!prefix.matches("[^?#]+[^?#/]")) {
                    findings.reject(
                            join(path, "path_separated_prefix"),
                            "'"
                                    + prefix
                                    + "' (expected: at least two characters, no ? or #, no / at"
                                    + " the end)");
                }
                yield new RouteConfig.Path.Segments(prefix);
            }
            case CONNECT_MATCHER -> new RouteConfig.Path.Connect();
            case PATH_MATCH_POLICY ->
                    new PathTemplateParser(findings)
                            .match(join(path, "path_match_policy"), match.getPathMatchPolicy());
            case PATHSPECIFIER_NOT_SET -> {
                findings.reject(
                        path,
                        "has no path (expected: prefix, path, safe_regex, path_separated_prefix or"
                                + " connect_matcher)");
                yield new RouteConfig.Path.Prefix("/");
            }
        };
    }

    private Optional<Chance> fraction(String path, RouteMatch match) {
        if (!match.hasRuntimeFraction()) {
            return Optional.empty();
        }
        findings.range(
                join(path, "default_value.numerator"),
                match.getRuntimeFraction().getDefaultValue().getNumerator(),
                0,
                1_000_000);
        return Optional.of(new ChanceParser(findings).runtime(path, match.getRuntimeFraction()));
    }

    private static List<String> lowerCase(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    private static Set<String> with(Set<String> some, String... more) {
        var all = new HashSet<>(some);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }
}
