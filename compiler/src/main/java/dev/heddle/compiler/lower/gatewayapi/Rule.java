package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.lower.gatewayapi.Matches.Matched;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.Retry;
import dev.heddle.model.gatewayapi.HttpRoute.Timeouts;
import dev.heddle.model.gatewayapi.SessionPersistence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        var rules = new ArrayList<Rule>();
        List<HttpRoute.Rule> said = route.resource().spec().rules();
        for (int i = 0; i < said.size(); i++) {
            rules.add(http(route, said.get(i), FieldPath.of("spec", "rules").index(i)));
        }
        return rules;
    }

    private static Rule http(AttachedRoute<HttpRoute> route, HttpRoute.Rule said, FieldPath path) {
        var matches = new ArrayList<Placed>();
        for (int j = 0; j < said.matches().size(); j++) {
            FieldPath at = path.field("matches").index(j);
            Matches.http(said.matches().get(j)).ifPresent(m -> matches.add(new Placed(m, at)));
        }
        if (said.matches().isEmpty()) {
            matches.add(new Placed(Matched.ALL, path));
        }
        var takers = new ArrayList<Taker>();
        for (int k = 0; k < said.backendRefs().size(); k++) {
            HttpRoute.HttpBackendRef ref = said.backendRefs().get(k);
            FieldPath at = path.field("backendRefs").index(k);
            if (ref.weightOrOne() > 0) {
                takers.add(
                        new Taker(
                                backend(route, at),
                                ref.weightOrOne(),
                                Filters.http(ref.filters(), at.field("filters"), route),
                                at));
            }
        }
        return new Rule(
                route,
                said.name(),
                path,
                matches,
                Filters.http(said.filters(), path.field("filters"), route),
                takers,
                said.timeouts(),
                said.retry(),
                said.sessionPersistence(),
                false);
    }

    /// The rules of a route of gRPC.
    static List<Rule> grpc(AttachedRoute<GrpcRoute> route) {
        var rules = new ArrayList<Rule>();
        List<GrpcRoute.Rule> said = route.resource().spec().rules();
        for (int i = 0; i < said.size(); i++) {
            rules.add(grpc(route, said.get(i), FieldPath.of("spec", "rules").index(i)));
        }
        return rules;
    }

    private static Rule grpc(AttachedRoute<GrpcRoute> route, GrpcRoute.Rule said, FieldPath path) {
        var matches = new ArrayList<Placed>();
        for (int j = 0; j < said.matches().size(); j++) {
            FieldPath at = path.field("matches").index(j);
            Matches.grpc(said.matches().get(j)).ifPresent(m -> matches.add(new Placed(m, at)));
        }
        if (said.matches().isEmpty()) {
            matches.add(new Placed(Matched.ALL, path));
        }
        var takers = new ArrayList<Taker>();
        for (int k = 0; k < said.backendRefs().size(); k++) {
            GrpcRoute.GrpcBackendRef ref = said.backendRefs().get(k);
            FieldPath at = path.field("backendRefs").index(k);
            if (ref.weightOrOne() > 0) {
                takers.add(
                        new Taker(
                                backend(route, at),
                                ref.weightOrOne(),
                                Filters.grpc(ref.filters(), at.field("filters"), route),
                                at));
            }
        }
        return new Rule(
                route,
                said.name(),
                path,
                matches,
                Filters.grpc(said.filters(), path.field("filters"), route),
                takers,
                Optional.empty(),
                Optional.empty(),
                said.sessionPersistence(),
                true);
    }

    static Backend backend(AttachedRoute<?> route, FieldPath path) {
        return route.backend(path)
                .orElseGet(() ->
                        new Backend.Refused(
                                Backend.Reason.BackendNotFound, "nothing is known of it"));
    }
}
