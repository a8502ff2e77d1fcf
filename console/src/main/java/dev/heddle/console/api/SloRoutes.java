package dev.heddle.console.api;

import dev.heddle.control.access.Role;
import dev.heddle.control.slo.Slos;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How it stands with ServiceLevelObjectives.
final class SloRoutes {
    private SloRoutes() {}

    /// @param slos empty where nobody looks
    /// @param v1 what paths begin with
    static List<Route> of(Optional<Slos> slos, String v1) {
        return List.of(
                new Route(
                        "GET",
                        v1 + "/slos",
                        "objectives, what was reached, what is left of their budgets, and how"
                                + " fast they burn",
                        Map.of("namespace", "only those of this namespace"),
                        new Rule.Somewhere(Role.VIEWER),
                        call -> slos.map(it -> all(it.view(), call)).orElseGet(SloRoutes::nobody)));
    }

    private static ApiResponse all(Slos.View view, Call call) {
        String namespace = call.request().parameter("namespace").orElse("");
        Node.Mapping at =
                view.at()
                        .map(it -> Node.Mapping.EMPTY.with("at", it.toString()))
                        .orElse(Node.Mapping.EMPTY);
        return ApiResponse.json(
                200,
                at.with(
                        "slos",
                        view.statuses().stream()
                                .filter(it -> call.caller().sees(it.objective().id().namespace()))
                                .filter(it ->
                                        namespace.isEmpty()
                                                || namespace.equals(
                                                        it.objective().id().namespace()))
                                .map(SloViews::one)
                                .toList()));
    }

    private static ApiResponse nobody() {
        return ApiResponse.error(
                503,
                "nothing is kept of traffic, so nothing is known of objectives",
                "the control plane",
                "Start it without --no-signals");
    }
}
