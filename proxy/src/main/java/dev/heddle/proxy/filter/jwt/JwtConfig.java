package dev.heddle.proxy.filter.jwt;

import dev.heddle.proxy.http.RequestHead;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What an HTTP filter that reads tokens does
/// (`envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication`).
///
/// @param providers by their names
/// @param rules of which the first that matches counts; a request that none matches passes
/// @param passesPreflights whether preflight requests of browsers pass, which have no tokens
/// @param saysWhy whether the answer tells what is wrong
/// @param statPrefix in front of the names of its counters; may be empty
public record JwtConfig(
        Map<String, Provider> providers,
        List<Rule> rules,
        boolean passesPreflights,
        boolean saysWhy,
        String statPrefix) {
    /// That of a route whose requests need no tokens.
    public static final JwtConfig OFF = new JwtConfig(Map.of(), List.of(), false, true, "");

    public JwtConfig {
        providers = Map.copyOf(providers);
        rules = List.copyOf(rules);
    }

    /// What some requests need.
    public record Rule(Predicate<RequestHead> requests, Requirement requirement) {}

    /// What a request needs.
    Requirement of(RequestHead request) {
        for (Rule rule : rules) {
            if (rule.requests().test(request)) {
                return rule.requirement();
            }
        }
        return new Requirement.Nothing();
    }
}
