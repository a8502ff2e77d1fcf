package dev.heddle.compiler.change;

import dev.heddle.compiler.ir.Route;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// In what a request is treated otherwise by one configuration than by another.
///
/// @param differences none where it is treated the same
public record Comparison(Outcome before, Outcome after, List<Difference> differences) {
    /// Aspects that are not compared word by word.
    private static final Set<Aspect> OTHERWISE =
            Set.of(Aspect.ROUTE, Aspect.ANSWER, Aspect.DENIED, Aspect.ALLOWED, Aspect.POLICY);

    /// Aspects that differ anyway where other destinations are meant.
    private static final Set<Aspect> OF_DESTINATIONS =
            Set.of(Aspect.HOSTS, Aspect.CONNECTION, Aspect.IDENTITY);

    public Comparison {
        differences = List.copyOf(differences);
    }

    /// Compares what two configurations make of one request.
    public static Comparison of(Outcome before, Outcome after) {
        var differences = new ArrayList<Difference>();
        if (!before.isStopped() && !after.isStopped() && !isSameRule(before, after)) {
            differences.add(new Difference(Aspect.ROUTE, rule(before), rule(after)));
        }
        Facet answer = before.facet(Aspect.ANSWER);
        if (!answer.saysTheSame(after.facet(Aspect.ANSWER))) {
            differences.add(new Difference(Aspect.ANSWER, answered(before), answered(after)));
        }
        if (before.isSent() && after.isSent()) {
            boolean isToTheSame = before.shares().keySet().equals(after.shares().keySet());
            for (Aspect aspect : Aspect.values()) {
                Facet was = before.facet(aspect);
                Facet is = after.facet(aspect);
                if (!OTHERWISE.contains(aspect)
                        && (isToTheSame || !OF_DESTINATIONS.contains(aspect))
                        && !was.saysTheSame(is)) {
                    differences.add(new Difference(aspect, was.without(is), is.without(was)));
                }
            }
        }
        access(before, after).ifPresent(differences::add);
        return new Comparison(before, after, differences);
    }

    /// What a proxy answers itself; where it goes, if it does not.
    private static Facet answered(Outcome outcome) {
        Facet answer = outcome.facet(Aspect.ANSWER);
        return answer.lines().isEmpty() ? outcome.facet(Aspect.DESTINATION) : answer;
    }

    private static Optional<Difference> access(Outcome before, Outcome after) {
        Facet was = before.facet(Aspect.POLICY);
        Facet is = after.facet(Aspect.POLICY);
        int more = after.refused() - before.refused();
        if (more == 0 && (was.saysTheSame(is) || !before.shares().equals(after.shares()))) {
            return Optional.empty();
        }
        Aspect aspect = more > 0 ? Aspect.DENIED : more < 0 ? Aspect.ALLOWED : Aspect.POLICY;
        return Optional.of(new Difference(aspect, was.without(is), is.without(was)));
    }

    /// Whether the same rule takes it, though it may have moved or have been edited. Rules are told
    /// from each other by which requests they are for.
    private static boolean isSameRule(Outcome before, Outcome after) {
        if (before.route().isEmpty() || after.route().isEmpty()) {
            return before.route().isEmpty() && after.route().isEmpty();
        }
        Route was = before.route().get();
        Route is = after.route().get();
        if (!was.origin().resource().equals(is.origin().resource())) {
            return false;
        }
        return was.match().equals(is.match())
                || (was.origin().path().equals(is.origin().path())
                        && !isAmong(was, after.among())
                        && !isAmong(is, before.among()));
    }

    private static boolean isAmong(Route route, List<Route> others) {
        return others.stream()
                .anyMatch(it ->
                        it.origin().resource().equals(route.origin().resource())
                                && it.match().equals(route.match()));
    }

    private static Facet rule(Outcome outcome) {
        return outcome.route()
                .map(it -> Facet.of("'" + it.name() + "'", it.origin()))
                .orElse(Facet.of("none", Origin.BUILT_IN));
    }

    /// What part of such requests is treated otherwise in one of those aspects: between 0 and 1. Of
    /// requests that are divided among destinations, it is the part that would go elsewhere.
    public double affected(Set<Aspect> aspects) {
        double most = 0;
        for (Difference difference : differences) {
            if (aspects.contains(difference.aspect())) {
                most = Math.max(most, affected(difference.aspect()));
            }
        }
        return most;
    }

    private double affected(Aspect aspect) {
        return switch (aspect) {
            case DESTINATION -> moved();
            case DENIED, ALLOWED -> Math.abs(after.refused() - before.refused()) / 100.0;
            case ROUTE,
                    HOSTS,
                    ANSWER,
                    POLICY,
                    TIMEOUT,
                    RETRIES,
                    FAULT,
                    LIMITS,
                    HEADERS,
                    MIRRORS,
                    REWRITE,
                    FILTERS,
                    CONNECTION,
                    IDENTITY ->
                    1;
        };
    }

    private double moved() {
        var names = new HashSet<>(before.shares().keySet());
        names.addAll(after.shares().keySet());
        int difference = 0;
        for (String name : names) {
            difference +=
                    Math.abs(
                            after.shares().getOrDefault(name, 0)
                                    - before.shares().getOrDefault(name, 0));
        }
        return difference / 200.0;
    }
}
