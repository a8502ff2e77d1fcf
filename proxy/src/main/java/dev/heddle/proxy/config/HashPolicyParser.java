package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.route.HashPolicy;
import envoy.config.route.v3.RouteAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads what of a request is hashed.
final class HashPolicyParser {
    private static final Set<String> PSEUDO = Set.of(":path", ":authority", ":method", ":scheme");

    private final Findings findings;
    private final RouteActionParser rewrites;

    HashPolicyParser(Findings findings, RouteActionParser rewrites) {
        this.findings = findings;
        this.rewrites = rewrites;
    }

    HashPolicy policy(String path, List<RouteAction.HashPolicy> policies) {
        if (policies.isEmpty()) {
            return HashPolicy.NONE;
        }
        var parts = new ArrayList<HashPolicy.Part>();
        for (int i = 0; i < policies.size(); i++) {
            boolean isTerminal = policies.get(i).getTerminal();
            key(path + "[" + i + "]", policies.get(i))
                    .ifPresent(it -> parts.add(new HashPolicy.Part(it, isTerminal)));
        }
        return new HashPolicy(parts);
    }

    private Optional<HashPolicy.Key> key(String path, RouteAction.HashPolicy policy) {
        findings.fields(
                path,
                policy,
                Set.of("header", "cookie", "connection_properties", "query_parameter", "terminal"));
        return switch (policy.getPolicySpecifierCase()) {
            case HEADER -> header(join(path, "header"), policy.getHeader());
            case COOKIE -> Optional.of(cookie(join(path, "cookie"), policy.getCookie()));
            case CONNECTION_PROPERTIES -> {
                var properties = policy.getConnectionProperties();
                findings.fields(
                        join(path, "connection_properties"), properties, Set.of("source_ip"));
                yield properties.getSourceIp()
                        ? Optional.of(new HashPolicy.Key.SourceIp())
                        : Optional.empty();
            }
            case QUERY_PARAMETER -> {
                String at = join(path, "query_parameter");
                findings.fields(at, policy.getQueryParameter(), Set.of("name"));
                findings.required(join(at, "name"), policy.getQueryParameter().getName());
                yield Optional.of(
                        new HashPolicy.Key.QueryParameter(policy.getQueryParameter().getName()));
            }
            // No filter of this proxy keeps anything that could be hashed; rejected as unread.
            case FILTER_STATE -> Optional.empty();
            case POLICYSPECIFIER_NOT_SET -> {
                findings.reject(
                        path,
                        "hashes nothing (expected: header, cookie, connection_properties or"
                                + " query_parameter)");
                yield Optional.empty();
            }
        };
    }

    private Optional<HashPolicy.Key> header(String path, RouteAction.HashPolicy.Header header) {
        findings.fields(path, header, Set.of("header_name", "regex_rewrite"));
        String name = header.getHeaderName().toLowerCase(Locale.ROOT);
        Optional<HashPolicy.Rewrite> rewrite = Optional.empty();
        if (header.hasRegexRewrite()) {
            String at = join(path, "regex_rewrite");
            rewrite =
                    Optional.of(
                            new HashPolicy.Rewrite(
                                    rewrites.pattern(at, header.getRegexRewrite()),
                                    rewrites.substitution(at, header.getRegexRewrite())));
        }
        if (name.equals("host") || PSEUDO.contains(name)) {
            return Optional.of(
                    new HashPolicy.Key.Pseudo(name.equals("host") ? ":authority" : name, rewrite));
        }
        try {
            return Optional.of(new HashPolicy.Key.Header(HeaderName.of(name), rewrite));
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "header_name"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private HashPolicy.Key cookie(String path, RouteAction.HashPolicy.Cookie cookie) {
        findings.fields(path, cookie, Set.of("name", "ttl", "path", "attributes"));
        findings.required(join(path, "name"), cookie.getName());
        findings.headerValue(join(path, "name"), cookie.getName());
        findings.headerValue(join(path, "path"), cookie.getPath());
        var attributes = new ArrayList<HashPolicy.NewCookie.Attribute>();
        for (int i = 0; i < cookie.getAttributesCount(); i++) {
            String at = path + ".attributes[" + i + "]";
            var attribute = cookie.getAttributes(i);
            findings.fields(at, attribute, Set.of("name", "value"));
            findings.required(join(at, "name"), attribute.getName());
            findings.headerValue(join(at, "name"), attribute.getName());
            findings.headerValue(join(at, "value"), attribute.getValue());
            attributes.add(
                    new HashPolicy.NewCookie.Attribute(attribute.getName(), attribute.getValue()));
        }
        return new HashPolicy.Key.Cookie(
                cookie.getName(),
                cookie.hasTtl()
                        ? Optional.of(
                                new HashPolicy.NewCookie(
                                        findings.duration(join(path, "ttl"), cookie.getTtl()),
                                        cookie.getPath(),
                                        attributes))
                        : Optional.empty());
    }
}
