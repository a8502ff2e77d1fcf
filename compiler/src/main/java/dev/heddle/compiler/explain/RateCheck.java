package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.explain.Request.Caller;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.RateLimits;
import dev.heddle.compiler.ir.RateLimits.Each;
import dev.heddle.compiler.ir.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which limits a request counts against. Whether it is beyond one only time tells.
///
/// @param features of the route, with those rules alone that the request is for
record RateCheck(List<HttpFeature> features, List<Tried> tried) {

    static RateCheck of(Route route, Request request) {
        var features = new ArrayList<HttpFeature>();
        var tried = new ArrayList<Tried>();
        for (HttpFeature feature : route.features()) {
            if (feature instanceof HttpFeature.RateLimit(RateLimits limits)) {
                var rules = new ArrayList<RateLimits.Rule>();
                for (RateLimits.Rule rule : limits.rules()) {
                    Optional<String> mismatch = mismatch(rule, request);
                    if (mismatch.isEmpty()) {
                        rules.add(rule);
                    }
                    tried.add(
                            new Tried(
                                    "limit " + rule.name() + " of " + limits.policy(),
                                    mismatch.isEmpty(),
                                    mismatch.orElseGet(() -> RateText.of(rule)),
                                    rule.origin()));
                }
                if (!rules.isEmpty()) {
                    features.add(new HttpFeature.RateLimit(limits.with(rules)));
                }
            } else {
                features.add(feature);
            }
        }
        return new RateCheck(features, tried);
    }

    /// Those that are asked before a route answers by itself.
    static List<HttpFeature> limits(Route route) {
        return route.features().stream().filter(HttpFeature.RateLimit.class::isInstance).toList();
    }

    private static Optional<String> mismatch(RateLimits.Rule rule, Request request) {
        return RequestMatch.mismatch(rule.of(), request, Map.of())
                .or(() -> source(rule, request))
                .or(() -> absent(rule, request));
    }

    private static Optional<String> source(RateLimits.Rule rule, Request request) {
        String from = request.caller().map(Caller::address).orElse("");
        return rule.sources().stream()
                .filter(range -> !Ranges.contains(range, from))
                .findFirst()
                .map(range ->
                        from.isEmpty()
                                ? "nobody says whence it comes (expected: " + range + ")"
                                : "it comes from " + from + " (expected: " + range + ")");
    }

    private static Optional<String> absent(RateLimits.Rule rule, Request request) {
        return rule.each().stream()
                .filter(Each.Header.class::isInstance)
                .map(it -> ((Each.Header) it).name())
                .filter(name -> request.header(name).isEmpty())
                .findFirst()
                .map(name -> "header " + name + ": absent (expected: any value)");
    }
}
