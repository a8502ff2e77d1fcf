package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.rbac.AccessCondition;
import dev.heddle.proxy.filter.rbac.AccessConfig;
import dev.heddle.proxy.filter.rbac.AccessRules;
import dev.heddle.proxy.filter.rbac.AccessRules.Policy;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.tls.ShownCertificate;
import envoy.config.core.v3.CidrRange;
import envoy.config.rbac.v3.Permission;
import envoy.config.rbac.v3.Principal;
import envoy.config.rbac.v3.RBAC;
import envoy.config.rbac.v3.SourcedMetadata;
import envoy.type.matcher.v3.MetadataMatcher;
import envoy.type.matcher.v3.PathMatcher;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads who may do what.
final class AccessParser {
    private static final int DEEPEST = 32;
    private static final AccessCondition NEVER = (_, _) -> false;
    private static final AccessCondition ALWAYS = (_, _) -> true;

    private final Findings findings;
    private final MatchParser matches;

    AccessParser(Findings findings) {
        this.findings = findings;
        this.matches = new MatchParser(findings);
    }

    AccessConfig http(String path, envoy.extensions.filters.http.rbac.v3.RBAC config) {
        findings.fields(
                path,
                config,
                Set.of("rules", "rules_stat_prefix", "shadow_rules", "shadow_rules_stat_prefix"));
        return new AccessConfig(
                config.hasRules()
                        ? Optional.of(rules(join(path, "rules"), config.getRules()))
                        : Optional.empty(),
                config.hasShadowRules()
                        ? Optional.of(rules(join(path, "shadow_rules"), config.getShadowRules()))
                        : Optional.empty(),
                config.getRulesStatPrefix(),
                config.getShadowRulesStatPrefix());
    }

    /// Connections are judged once, before anything is done for them, so that `enforcement_type` of
    /// Envoy, which judges when the first byte comes, is the only one.
    AccessConfig network(String path, envoy.extensions.filters.network.rbac.v3.RBAC config) {
        findings.fields(
                path,
                config,
                Set.of(
                        "rules",
                        "shadow_rules",
                        "shadow_rules_stat_prefix",
                        "stat_prefix",
                        "enforcement_type"));
        findings.required(join(path, "stat_prefix"), config.getStatPrefix());
        switch (config.getEnforcementType()) {
            case ONE_TIME_ON_FIRST_BYTE -> {}
            case CONTINUOUS, UNRECOGNIZED ->
                    findings.notImplemented(join(path, "enforcement_type"));
        }
        return new AccessConfig(
                config.hasRules()
                        ? Optional.of(rules(join(path, "rules"), config.getRules()))
                        : Optional.empty(),
                config.hasShadowRules()
                        ? Optional.of(rules(join(path, "shadow_rules"), config.getShadowRules()))
                        : Optional.empty(),
                "",
                config.getShadowRulesStatPrefix());
    }

    private AccessRules rules(String path, RBAC rules) {
        findings.fields(path, rules, Set.of("action", "policies"));
        var policies = new ArrayList<Policy>();
        rules.getPoliciesMap()
                .forEach((name, policy) -> {
                    String at = path + ".policies['" + name + "']";
                    findings.fields(at, policy, Set.of("permissions", "principals"));
                    policies.add(
                            new Policy(
                                    name,
                                    all(
                                            join(at, "permissions"),
                                            policy.getPermissionsList(),
                                            this::permission,
                                            1),
                                    all(
                                            join(at, "principals"),
                                            policy.getPrincipalsList(),
                                            this::principal,
                                            1)));
                });
        return new AccessRules(
                switch (rules.getAction()) {
                    case ALLOW -> AccessRules.Action.ALLOW;
                    case DENY -> AccessRules.Action.DENY;
                    case LOG -> AccessRules.Action.LOG;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "action"), "is unknown");
                        yield AccessRules.Action.DENY;
                    }
                },
                policies);
    }

    private interface Reader<M> {
        AccessCondition read(String path, M message, int depth);
    }

    private <M> List<AccessCondition> all(
            String path, List<M> messages, Reader<M> reader, int depth) {
        if (messages.isEmpty()) {
            findings.reject(path, "[] (expected: one or more)");
        }
        if (depth > DEEPEST) {
            findings.reject(path, "deeper than " + DEEPEST);
            return List.of();
        }
        var all = new ArrayList<AccessCondition>();
        for (int i = 0; i < messages.size(); i++) {
            all.add(reader.read(path + "[" + i + "]", messages.get(i), depth + 1));
        }
        return all;
    }

    private static AccessCondition and(List<AccessCondition> all) {
        return (info, request) -> {
            for (AccessCondition each : all) {
                if (!each.test(info, request)) {
                    return false;
                }
            }
            return true;
        };
    }

    private static AccessCondition or(List<AccessCondition> all) {
        return (info, request) -> {
            for (AccessCondition each : all) {
                if (each.test(info, request)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static AccessCondition not(AccessCondition one) {
        return (info, request) -> !one.test(info, request);
    }

    @SuppressWarnings("deprecation") // Istio still writes the old field
    private AccessCondition permission(String path, Permission permission, int depth) {
        findings.fields(
                path,
                permission,
                Set.of(
                        "and_rules",
                        "or_rules",
                        "any",
                        "header",
                        "url_path",
                        "destination_ip",
                        "destination_port",
                        "destination_port_range",
                        "metadata",
                        "not_rule",
                        "requested_server_name",
                        "uri_template",
                        "sourced_metadata"));
        return switch (permission.getRuleCase()) {
            case AND_RULES ->
                    and(
                            all(
                                    join(path, "and_rules.rules"),
                                    permission.getAndRules().getRulesList(),
                                    this::permission,
                                    depth));
            case OR_RULES ->
                    or(
                            all(
                                    join(path, "or_rules.rules"),
                                    permission.getOrRules().getRulesList(),
                                    this::permission,
                                    depth));
            case NOT_RULE -> {
                String at = join(path, "not_rule");
                yield depth > DEEPEST
                        ? tooDeep(at)
                        : not(permission(at, permission.getNotRule(), depth + 1));
            }
            case ANY -> ALWAYS;
            case HEADER -> header(join(path, "header"), permission.getHeader());
            case URL_PATH -> urlPath(join(path, "url_path"), permission.getUrlPath());
            case URI_TEMPLATE -> {
                var template =
                        new PathTemplateParser(findings)
                                .match(join(path, "uri_template"), permission.getUriTemplate());
                yield template instanceof RouteConfig.Path.Template(PathTemplate fits)
                        ? (_, request) ->
                                request != null
                                        && fits.pattern().matches(request.barePath().toString())
                        : NEVER;
            }
            case DESTINATION_IP ->
                    address(
                            join(path, "destination_ip"),
                            permission.getDestinationIp(),
                            StreamInfo::downstreamLocal);
            case DESTINATION_PORT -> {
                int port = permission.getDestinationPort();
                findings.range(join(path, "destination_port"), port, 0, 65_535);
                yield ports(port, port + 1);
            }
            case DESTINATION_PORT_RANGE ->
                    ports(
                            permission.getDestinationPortRange().getStart(),
                            permission.getDestinationPortRange().getEnd());
            case METADATA -> metadata(join(path, "metadata"), permission.getMetadata());
            case SOURCED_METADATA ->
                    sourced(join(path, "sourced_metadata"), permission.getSourcedMetadata());
            case REQUESTED_SERVER_NAME -> {
                TextMatch name =
                        matches.text(
                                join(path, "requested_server_name"),
                                permission.getRequestedServerName());
                yield (info, _) -> {
                    String asked = info.requestedServerName();
                    return name.test(asked == null ? "" : asked);
                };
            }
            case MATCHER, RULE_NOT_SET -> {
                findings.reject(path, "says nothing (expected: any, header, …)");
                yield NEVER;
            }
        };
    }

    @SuppressWarnings("deprecation") // Istio still writes the old field
    private AccessCondition principal(String path, Principal principal, int depth) {
        findings.fields(
                path,
                principal,
                Set.of(
                        "and_ids",
                        "or_ids",
                        "any",
                        "authenticated",
                        "source_ip",
                        "direct_remote_ip",
                        "remote_ip",
                        "header",
                        "url_path",
                        "metadata",
                        "not_id",
                        "sourced_metadata"));
        return switch (principal.getIdentifierCase()) {
            case AND_IDS ->
                    and(
                            all(
                                    join(path, "and_ids.ids"),
                                    principal.getAndIds().getIdsList(),
                                    this::principal,
                                    depth));
            case OR_IDS ->
                    or(
                            all(
                                    join(path, "or_ids.ids"),
                                    principal.getOrIds().getIdsList(),
                                    this::principal,
                                    depth));
            case NOT_ID -> {
                String at = join(path, "not_id");
                yield depth > DEEPEST
                        ? tooDeep(at)
                        : not(principal(at, principal.getNotId(), depth + 1));
            }
            case ANY -> ALWAYS;
            case AUTHENTICATED ->
                    authenticated(join(path, "authenticated"), principal.getAuthenticated());
            case SOURCE_IP ->
                    address(
                            join(path, "source_ip"),
                            principal.getSourceIp(),
                            StreamInfo::downstreamDirectRemote);
            case DIRECT_REMOTE_IP ->
                    address(
                            join(path, "direct_remote_ip"),
                            principal.getDirectRemoteIp(),
                            StreamInfo::downstreamDirectRemote);
            case REMOTE_IP ->
                    address(
                            join(path, "remote_ip"),
                            principal.getRemoteIp(),
                            StreamInfo::downstreamRemote);
            case HEADER -> header(join(path, "header"), principal.getHeader());
            case URL_PATH -> urlPath(join(path, "url_path"), principal.getUrlPath());
            case METADATA -> metadata(join(path, "metadata"), principal.getMetadata());
            case SOURCED_METADATA ->
                    sourced(join(path, "sourced_metadata"), principal.getSourcedMetadata());
            case FILTER_STATE, CUSTOM, IDENTIFIER_NOT_SET -> {
                findings.reject(path, "names nobody (expected: any, authenticated, …)");
                yield NEVER;
            }
        };
    }

    private AccessCondition tooDeep(String path) {
        findings.reject(path, "deeper than " + DEEPEST);
        return NEVER;
    }

    private AccessCondition header(String path, envoy.config.route.v3.HeaderMatcher matcher) {
        HeaderCondition condition =
                HeaderCondition.of(matches.headers(path, List.of(matcher)).getFirst());
        return (_, request) -> condition.test(request == null ? NO_REQUEST : request);
    }

    /// What a connection has of a request.
    private static final RequestHead NO_REQUEST = new RequestHead();

    private AccessCondition urlPath(String path, PathMatcher matcher) {
        findings.fields(path, matcher, Set.of("path"));
        TextMatch text = matches.text(join(path, "path"), matcher.getPath());
        return (_, request) -> request != null && text.test(request.barePath().toString());
    }

    private static AccessCondition ports(int from, int below) {
        return (info, _) ->
                info.downstreamLocal() instanceof InetSocketAddress local
                        && local.getPort() >= from
                        && local.getPort() < below;
    }

    private AccessCondition address(
            String path, CidrRange range, Function<StreamInfo, @Nullable SocketAddress> of) {
        findings.fields(path, range, Set.of("address_prefix", "prefix_len"));
        try {
            InetAddress prefix = InetAddress.ofLiteral(range.getAddressPrefix());
            int most = prefix.getAddress().length * Byte.SIZE;
            var addresses =
                    new IpRange(prefix, Math.clamp(range.getPrefixLen().getValue(), 0, most));
            return (info, _) ->
                    of.apply(info) instanceof InetSocketAddress other
                            && other.getAddress() != null
                            && addresses.contains(other.getAddress());
        } catch (IllegalArgumentException e) {
            findings.reject(
                    join(path, "address_prefix"),
                    "'" + range.getAddressPrefix() + "' (expected: an IP address)");
            return NEVER;
        }
    }

    private AccessCondition sourced(String path, SourcedMetadata sourced) {
        findings.fields(path, sourced, Set.of("metadata_matcher", "metadata_source"));
        switch (sourced.getMetadataSource()) {
            case DYNAMIC -> {}
            case ROUTE, UNRECOGNIZED -> findings.notImplemented(join(path, "metadata_source"));
        }
        return metadata(join(path, "metadata_matcher"), sourced.getMetadataMatcher());
    }

    private AccessCondition metadata(String path, MetadataMatcher matcher) {
        MetadataMatch match =
                new MetadataMatchParser(findings, matches).all(path, List.of(matcher)).getFirst();
        return (info, _) -> match.test(info.metadata());
    }

    /// The names of the peer's certificate, which the handshake has verified: URIs, names of hosts,
    /// the subject.
    private AccessCondition authenticated(String path, Principal.Authenticated authenticated) {
        findings.fields(path, authenticated, Set.of("principal_name"));
        if (!authenticated.hasPrincipalName()) {
            return (info, _) -> info.tls() != null;
        }
        TextMatch name =
                matches.text(join(path, "principal_name"), authenticated.getPrincipalName());
        return (info, _) -> {
            var session = info.tls();
            if (session == null) {
                return false;
            }
            if (session.peer().isEmpty() || !session.isPeerBelieved()) {
                return name.test("");
            }
            ShownCertificate peer = session.peer().get();
            return peer.names().uris().stream().anyMatch(name::test)
                    || peer.names().dns().stream().anyMatch(name::test)
                    || name.test(peer.subject());
        };
    }
}
