package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import com.google.re2j.Pattern;
import dev.heddle.proxy.route.GrpcTimeout;
import dev.heddle.proxy.route.Mirror;
import dev.heddle.proxy.route.StreamLimit;
import envoy.config.core.v3.RoutingPriority;
import envoy.config.route.v3.RedirectAction;
import envoy.config.route.v3.RouteAction;
import envoy.config.route.v3.WeightedCluster;
import envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads what routes do.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class RouteActionParser {

    private final Findings findings;
    private final HeaderEditParser edits;
    private final RetryPolicyParser retries;
    private final FilterOverrideParser filters;

    RouteActionParser(
            Findings findings,
            HeaderEditParser edits,
            RetryPolicyParser retries,
            FilterOverrideParser filters) {
        this.findings = findings;
        this.edits = edits;
        this.retries = retries;
        this.filters = filters;
    }

    /// @param retry what a route has that does not say how it retries
    /// @param mirrors its own, or those of its virtual host or table
    RouteConfig.Action forward(
            String path,
            RouteAction action,
            RouteConfig.Match match,
            RetryConfig retry,
            List<Mirror> mirrors) {
        findings.fields(
                path,
                action,
                Set.of(
                        "cluster",
                        "cluster_header",
                        "weighted_clusters",
                        "cluster_not_found_response_code",
                        "prefix_rewrite",
                        "regex_rewrite",
                        "path_rewrite_policy",
                        "host_rewrite_literal",
                        "host_rewrite_header",
                        "host_rewrite_path_regex",
                        "auto_host_rewrite",
                        "append_x_forwarded_host",
                        "timeout",
                        "idle_timeout",
                        "priority",
                        "retry_policy",
                        "max_stream_duration",
                        "max_grpc_timeout",
                        "grpc_timeout_offset",
                        "request_mirror_policies",
                        "upgrade_configs",
                        "hash_policy"));
        if (action.getPriority() == RoutingPriority.UNRECOGNIZED) {
            findings.reject(join(path, "priority"), "is unknown");
        }
        return new RouteConfig.Action.Forward(
                destination(path, action),
                missingStatus(path, action),
                action.getPriority() == RoutingPriority.HIGH,
                pathRewrite(path, action, match),
                hostRewrite(path, action),
                action.getAppendXForwardedHost(),
                timeout(path, action),
                action.hasIdleTimeout()
                        ? Optional.of(
                                findings.duration(
                                        join(path, "idle_timeout"), action.getIdleTimeout()))
                        : Optional.empty(),
                grpcTimeout(path, action),
                streamLimit(path, action),
                action.hasRetryPolicy()
                        ? retries.shared(
                                retries.parse(join(path, "retry_policy"), action.getRetryPolicy())
                                        .telling(retry.told()))
                        : retry,
                new UpgradeParser(findings)
                        .route(join(path, "upgrade_configs"), action.getUpgradeConfigsList()),
                mirrors,
                new HashPolicyParser(findings, this)
                        .policy(join(path, "hash_policy"), action.getHashPolicyList()));
    }

    private Duration timeout(String path, RouteAction action) {
        return action.hasTimeout()
                ? findings.duration(join(path, "timeout"), action.getTimeout())
                : Duration.ofSeconds(15);
    }

    private Optional<GrpcTimeout> grpcTimeout(String path, RouteAction action) {
        Duration most =
                findings.duration(join(path, "max_grpc_timeout"), action.getMaxGrpcTimeout());
        Duration offset =
                findings.duration(join(path, "grpc_timeout_offset"), action.getGrpcTimeoutOffset());
        return action.hasMaxGrpcTimeout()
                ? Optional.of(new GrpcTimeout(most, offset))
                : Optional.empty();
    }

    private Optional<StreamLimit> streamLimit(String path, RouteAction action) {
        if (!action.hasMaxStreamDuration()) {
            return Optional.empty();
        }
        String at = join(path, "max_stream_duration");
        RouteAction.MaxStreamDuration limit = action.getMaxStreamDuration();
        findings.fields(
                at,
                limit,
                Set.of(
                        "max_stream_duration",
                        "grpc_timeout_header_max",
                        "grpc_timeout_header_offset"));
        Duration most =
                findings.duration(join(at, "max_stream_duration"), limit.getMaxStreamDuration());
        Duration grpcMost =
                findings.duration(
                        join(at, "grpc_timeout_header_max"), limit.getGrpcTimeoutHeaderMax());
        Duration grpcOffset =
                findings.duration(
                        join(at, "grpc_timeout_header_offset"), limit.getGrpcTimeoutHeaderOffset());
        return Optional.of(
                new StreamLimit(
                        limit.hasMaxStreamDuration() ? Optional.of(most) : Optional.empty(),
                        limit.hasGrpcTimeoutHeaderMax()
                                ? Optional.of(new GrpcTimeout(grpcMost, grpcOffset))
                                : Optional.empty()));
    }

    private int missingStatus(String path, RouteAction action) {
        return switch (action.getClusterNotFoundResponseCode()) {
            case SERVICE_UNAVAILABLE -> 503;
            case NOT_FOUND -> 404;
            case INTERNAL_SERVER_ERROR -> 500;
            case UNRECOGNIZED -> {
                findings.reject(join(path, "cluster_not_found_response_code"), "is unknown");
                yield 503;
            }
        };
    }

    private RouteConfig.Destination destination(String path, RouteAction action) {
        return switch (action.getClusterSpecifierCase()) {
            case CLUSTER -> {
                findings.required(join(path, "cluster"), action.getCluster());
                yield new RouteConfig.Destination.One(action.getCluster());
            }
            case WEIGHTED_CLUSTERS ->
                    weighted(join(path, "weighted_clusters"), action.getWeightedClusters());
            case CLUSTER_HEADER ->
                    new RouteConfig.Destination.Named(
                            headerName(join(path, "cluster_header"), action.getClusterHeader()));
            case CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN ->
                    new RouteConfig.Destination.One("-");
            case CLUSTERSPECIFIER_NOT_SET -> {
                findings.reject(
                        path,
                        "has no cluster (expected: cluster, cluster_header or"
                                + " weighted_clusters)");
                yield new RouteConfig.Destination.One("-");
            }
        };
    }

    private RouteConfig.Destination weighted(String path, WeightedCluster weighted) {
        findings.fields(
                path,
                weighted,
                Set.of("clusters", "total_weight", "header_name"),
                Set.of("runtime_key_prefix"));
        var shares = new ArrayList<RouteConfig.Share>();
        long total = 0;
        for (int i = 0; i < weighted.getClustersCount(); i++) {
            RouteConfig.Share share = share(path + ".clusters[" + i + "]", weighted.getClusters(i));
            shares.add(share);
            total += share.weight();
        }
        if (total < 1 || total > Integer.MAX_VALUE) {
            findings.reject(
                    join(path, "clusters"),
                    "weights add up to "
                            + total
                            + " (expected: from 1 to "
                            + Integer.MAX_VALUE
                            + ")");
            total = 1;
        }
        if (weighted.hasTotalWeight()
                && Integer.toUnsignedLong(weighted.getTotalWeight().getValue()) != total) {
            findings.reject(
                    join(path, "total_weight"),
                    Integer.toUnsignedString(weighted.getTotalWeight().getValue())
                            + " (expected: the sum of the weights, "
                            + total
                            + ")");
        }
        return new RouteConfig.Destination.Weighted(
                shares,
                (int) total,
                weighted.getHeaderName().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                headerName(join(path, "header_name"), weighted.getHeaderName())));
    }

    /// A header's name in lower case, free of what would break a message apart.
    private String headerName(String path, String name) {
        if (!name.chars().allMatch(c -> c > ' ' && c < 0x7f && "()<>@,;\\\"/[]?={}".indexOf(c) < 0)
                || name.isEmpty()
                || name.startsWith(":")) {
            findings.reject(path, "'" + name + "' (expected: the name of a header)");
            return "-";
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private RouteConfig.Share share(String path, WeightedCluster.ClusterWeight share) {
        findings.fields(
                path,
                share,
                Set.of(
                        "name",
                        "cluster_header",
                        "weight",
                        "request_headers_to_add",
                        "request_headers_to_remove",
                        "response_headers_to_add",
                        "response_headers_to_remove",
                        "host_rewrite_literal",
                        "typed_per_filter_config"));
        boolean isNamed = !share.getClusterHeader().isEmpty();
        if (isNamed == !share.getName().isEmpty()) {
            findings.reject(
                    join(path, "name"),
                    "'"
                            + share.getName()
                            + "' beside cluster_header '"
                            + share.getClusterHeader()
                            + "' (expected: one of them)");
        }
        return new RouteConfig.Share(
                share.getName(),
                weight(join(path, "weight"), share.getWeight().getValue()),
                edits.both(
                        path,
                        share.getRequestHeadersToAddList(),
                        share.getRequestHeadersToRemoveList(),
                        share.getResponseHeadersToAddList(),
                        share.getResponseHeadersToRemoveList()),
                share.getHostRewriteLiteral().isEmpty()
                        ? Optional.empty()
                        : Optional.of(share.getHostRewriteLiteral()),
                isNamed
                        ? Optional.of(
                                headerName(join(path, "cluster_header"), share.getClusterHeader()))
                        : Optional.empty(),
                share.getTypedPerFilterConfigCount() == 0
                        ? List.of()
                        : filters.read(path, share.getTypedPerFilterConfigMap()));
    }

    private int weight(String path, int value) {
        findings.range(path, Integer.toUnsignedLong(value), 0, Integer.MAX_VALUE);
        return Math.max(0, value);
    }

    private RouteConfig.PathRewrite pathRewrite(
            String path, RouteAction action, RouteConfig.Match match) {
        if (!action.getPrefixRewrite().isEmpty() && action.hasRegexRewrite()) {
            findings.reject(
                    join(path, "regex_rewrite"), "is set beside prefix_rewrite (expected: one)");
        }
        if (action.hasPathRewritePolicy()) {
            String at = join(path, "path_rewrite_policy");
            if (!action.getPrefixRewrite().isEmpty() || action.hasRegexRewrite()) {
                findings.reject(at, "is set beside another rewrite of the path (expected: one)");
            }
            return new PathTemplateParser(findings)
                    .rewrite(at, action.getPathRewritePolicy(), match);
        }
        if (action.hasRegexRewrite()) {
            String at = join(path, "regex_rewrite");
            return new RouteConfig.PathRewrite.Regex(
                    pattern(at, action.getRegexRewrite()),
                    substitution(at, action.getRegexRewrite()));
        }
        if (action.getPrefixRewrite().isEmpty()) {
            return RouteConfig.PathRewrite.AS_IT_CAME;
        }
        noSubstitutionOfRegex(join(path, "prefix_rewrite"), match);
        findings.headerValue(join(path, "prefix_rewrite"), action.getPrefixRewrite());
        return new RouteConfig.PathRewrite.Matched(action.getPrefixRewrite());
    }

    /// With a regex match Envoy replaces the whole path, and so do we.
    private void noSubstitutionOfRegex(String path, RouteConfig.Match match) {
        if (match.path() instanceof RouteConfig.Path.Regex) {
            findings.note(path + " (replaces the whole path, since the match is a regex)");
        }
    }

    Pattern pattern(String path, RegexMatchAndSubstitute rewrite) {
        findings.fields(path, rewrite, Set.of("pattern", "substitution"));
        return findings.regex(join(path, "pattern"), rewrite.getPattern());
    }

    String substitution(String path, RegexMatchAndSubstitute rewrite) {
        String substitution = rewrite.getSubstitution();
        findings.headerValue(join(path, "substitution"), substitution);
        int groups = pattern(path, rewrite).groupCount();
        for (int i = 0; i < substitution.length(); i++) {
            if (substitution.charAt(i) != '\\') {
                continue;
            }
            char next = i + 1 < substitution.length() ? substitution.charAt(++i) : ' ';
            boolean known = next == '\\' || (next >= '0' && next <= '9' && next - '0' <= groups);
            if (!known) {
                findings.reject(
                        join(path, "substitution"),
                        "'" + substitution + "' (expected: \\0 to \\" + groups + ", or \\\\)");
                return "";
            }
        }
        return substitution;
    }

    private RouteConfig.HostRewrite hostRewrite(String path, RouteAction action) {
        return switch (action.getHostRewriteSpecifierCase()) {
            case HOST_REWRITE_LITERAL -> {
                findings.headerValue(
                        join(path, "host_rewrite_literal"), action.getHostRewriteLiteral());
                yield action.getHostRewriteLiteral().isEmpty()
                        ? RouteConfig.HostRewrite.AS_IT_CAME
                        : new RouteConfig.HostRewrite.Literal(action.getHostRewriteLiteral());
            }
            case HOST_REWRITE_HEADER ->
                    new RouteConfig.HostRewrite.FromHeader(
                            action.getHostRewriteHeader().toLowerCase(Locale.ROOT));
            case AUTO_HOST_REWRITE -> {
                yield action.getAutoHostRewrite().getValue()
                        ? new RouteConfig.HostRewrite.OfUpstream()
                        : RouteConfig.HostRewrite.AS_IT_CAME;
            }
            case HOST_REWRITE_PATH_REGEX -> {
                String at = join(path, "host_rewrite_path_regex");
                yield new RouteConfig.HostRewrite.FromPath(
                        pattern(at, action.getHostRewritePathRegex()),
                        substitution(at, action.getHostRewritePathRegex()));
            }
            case HOSTREWRITESPECIFIER_NOT_SET -> RouteConfig.HostRewrite.AS_IT_CAME;
        };
    }

    RouteConfig.Action redirect(String path, RedirectAction redirect, RouteConfig.Match match) {
        findings.fields(
                path,
                redirect,
                Set.of(
                        "https_redirect",
                        "scheme_redirect",
                        "host_redirect",
                        "port_redirect",
                        "path_redirect",
                        "prefix_rewrite",
                        "regex_rewrite",
                        "response_code",
                        "strip_query"));
        findings.range(join(path, "port_redirect"), redirect.getPortRedirect(), 0, 65_535);
        findings.headerValue(join(path, "host_redirect"), redirect.getHostRedirect());
        findings.headerValue(join(path, "scheme_redirect"), redirect.getSchemeRedirect());
        return new RouteConfig.Action.Redirect(
                redirect.getHttpsRedirect(),
                nonEmpty(redirect.getSchemeRedirect()),
                nonEmpty(redirect.getHostRedirect()),
                redirect.getPortRedirect() == 0
                        ? OptionalInt.empty()
                        : OptionalInt.of(redirect.getPortRedirect()),
                redirectPath(path, redirect, match),
                redirectStatus(path, redirect),
                redirect.getStripQuery());
    }

    private RouteConfig.RedirectPath redirectPath(
            String path, RedirectAction redirect, RouteConfig.Match match) {
        return switch (redirect.getPathRewriteSpecifierCase()) {
            case PATH_REDIRECT -> {
                findings.headerValue(join(path, "path_redirect"), redirect.getPathRedirect());
                yield redirect.getPathRedirect().isEmpty()
                        ? new RouteConfig.RedirectPath.Kept()
                        : new RouteConfig.RedirectPath.Replaced(redirect.getPathRedirect());
            }
            case PREFIX_REWRITE -> {
                noSubstitutionOfRegex(join(path, "prefix_rewrite"), match);
                findings.headerValue(join(path, "prefix_rewrite"), redirect.getPrefixRewrite());
                yield new RouteConfig.RedirectPath.PrefixReplaced(redirect.getPrefixRewrite());
            }
            case REGEX_REWRITE -> {
                String at = join(path, "regex_rewrite");
                yield new RouteConfig.RedirectPath.Regex(
                        pattern(at, redirect.getRegexRewrite()),
                        substitution(at, redirect.getRegexRewrite()));
            }
            case PATHREWRITESPECIFIER_NOT_SET -> new RouteConfig.RedirectPath.Kept();
        };
    }

    private int redirectStatus(String path, RedirectAction redirect) {
        return switch (redirect.getResponseCode()) {
            case MOVED_PERMANENTLY -> 301;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
            case UNRECOGNIZED -> {
                findings.reject(join(path, "response_code"), "is unknown");
                yield 301;
            }
        };
    }

    private static Optional<String> nonEmpty(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
