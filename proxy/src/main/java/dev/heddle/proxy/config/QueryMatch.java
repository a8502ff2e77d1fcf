package dev.heddle.proxy.config;

import java.util.Optional;

/// A condition on a parameter of the query (`envoy.config.route.v3.QueryParameterMatcher`).
///
/// @param name of the parameter; the first of that name counts
/// @param value what it must be; empty when it must only be there
/// @param present whether it must be there; false asks for its absence
public record QueryMatch(String name, Optional<TextMatch> value, boolean present) {

    public QueryMatch {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: a parameter)");
        }
    }
}
