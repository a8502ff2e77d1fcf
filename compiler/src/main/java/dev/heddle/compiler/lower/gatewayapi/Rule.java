package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.attach.Reason;
import dev.heddle.compiler.lower.gatewayapi.Matches.Matched;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcRouteFilter;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.Retry;
import dev.heddle.model.gatewayapi.HttpRoute.Timeouts;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.L7Rule;
import dev.heddle.model.gatewayapi.RouteFilter;
import dev.heddle.model.gatewayapi.SessionPersistence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A rule of a route, whichever kind it is of.
///
/// @param name empty for none
/// @param path as in `spec.rules[0]`
/// @param matches any of them
/// @param takers who answers, those with a weight
/// @param isGrpc whether requests are calls of gRPC
record Rule(
        AttachedRoute<?> route,
        Optional<String> name,
        FieldPath path,
        List<Placed> matches,
        Filters filters,
        List<Taker> takers,
        Optional<Timeouts> timeouts,
        Optional<Retry> retry,
        Optional<SessionPersistence> session,
        boolean isGrpc) {

    Rule {
        matches = List.copyOf(matches);
        takers = List.copyOf(takers);
    }

    /// A match, and where it stands.
    record Placed(Matched matched, FieldPath path) {}

    /// Who answers a share of the requests.
    ///
    /// @param weight above zero
    /// @param path of the reference
    record Taker(Backend backend, int weight, Filters filters, FieldPath path) {}

    /// The rules of a route.
    static List<Rule> http(AttachedRoute<HttpRoute> route) {
        return new Reading<HttpRoute.Match, HttpRouteFilter>(
                        route, Matches::http, Filters::http, false)
                .all(
                        route.resource().spec().rules(),
                        HttpRoute.Rule::timeouts,
                        HttpRoute.Rule::retry);
    }

    /// The rules of a route of gRPC.
    static List<Rule> grpc(AttachedRoute<GrpcRoute> route) {
        return new Reading<GrpcRoute.Match, GrpcRouteFilter>(
                        route, Matches::grpc, Filters::grpc, true)
                .all(route.resource().spec().rules(), _ -> Optional.empty(), _ -> Optional.empty());
    }

    /// How the rules of a route of one kind are read.
    private record Reading<M, F extends RouteFilter>(
            AttachedRoute<?> route,
            Function<M, Optional<Matched>> match,
            ReadingFilters<F> filters,
            boolean isGrpc) {

        <R extends L7Rule<M, F>> List<Rule> all(
                List<R> said,
                Function<R, Optional<Timeouts>> timeouts,
                Function<R, Optional<Retry>> retry) {
            var rules = new ArrayList<Rule>();
            for (int i = 0; i < said.size(); i++) {
                R rule = said.get(i);
                FieldPath path = FieldPath.of("spec", "rules").index(i);
                rules.add(
                        new Rule(
                                route,
                                rule.name(),
                                path,
                                matches(rule.matches(), path),
                                route.broken().contains(i)
                                        ? Filters.BROKEN
                                        : filters.read(
                                                rule.filters(), path.field("filters"), route),
                                takers(rule.backendRefs(), path.field("backendRefs")),
                                timeouts.apply(rule),
                                retry.apply(rule),
                                rule.sessionPersistence(),
                                isGrpc));
            }
            return rules;
        }

        private List<Placed> matches(List<M> said, FieldPath rule) {
            if (said.isEmpty()) {
                return List.of(new Placed(Matched.ALL, rule));
            }
            var matches = new ArrayList<Placed>();
            for (int i = 0; i < said.size(); i++) {
                FieldPath at = rule.field("matches").index(i);
                match.apply(said.get(i)).ifPresent(m -> matches.add(new Placed(m, at)));
            }
            return matches;
        }

        private List<Taker> takers(List<? extends L7Rule.Backend<F>> said, FieldPath path) {
            var takers = new ArrayList<Taker>();
            for (int i = 0; i < said.size(); i++) {
                L7Rule.Backend<F> ref = said.get(i);
                FieldPath at = path.index(i);
                if (ref.weightOrOne() > 0) {
                    takers.add(
                            new Taker(
                                    backend(route, at),
                                    ref.weightOrOne(),
                                    filters.read(ref.filters(), at.field("filters"), route),
                                    at));
                }
            }
            return takers;
        }
    }

    /// Reads a list of filters.
    private interface ReadingFilters<F extends RouteFilter> {
        /// @param path of the list
        Filters read(List<F> said, FieldPath path, AttachedRoute<?> route);
    }

    static Backend backend(AttachedRoute<?> route, FieldPath path) {
        return route.backend(path)
                .orElseGet(() ->
                        new Backend.Refused(Reason.BackendNotFound, "nothing is known of it"));
    }
}
