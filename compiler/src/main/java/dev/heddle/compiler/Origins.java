package dev.heddle.compiler;

import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.model.Origin;
import java.util.HashSet;
import java.util.Set;

/// Which resources a plan was made of.
final class Origins {
    private final Set<String> resources = new HashSet<>();

    private Origins() {}

    /// The resources, as in `VirtualService default/reviews`.
    static Set<String> of(ProxyPlan plan) {
        var origins = new Origins();
        plan.listeners().forEach(l -> origins.add(l.origin()));
        plan.routes().forEach(origins::add);
        plan.secrets().forEach(s -> origins.add(s.origin()));
        plan.clusters().forEach(c -> origins.add(c.origin()));
        plan.clusters().stream()
                .flatMap(c -> c.health().check().stream())
                .forEach(h -> origins.add(h.origin()));
        plan.assignments().stream()
                .flatMap(a -> a.groups().stream())
                .flatMap(g -> g.endpoints().stream())
                .forEach(e -> origins.add(e.origin()));
        return origins.resources;
    }

    private void add(Origin origin) {
        if (!origin.resource().isEmpty()) {
            resources.add(origin.resource());
        }
    }

    private void add(RouteConfiguration table) {
        add(table.origin());
        table.virtualHosts()
                .forEach(v -> {
                    add(v.origin());
                    v.routes()
                            .forEach(r -> {
                                add(r.origin());
                                add(r.action());
                            });
                });
    }

    private void add(RouteAction action) {
        switch (action) {
            case RouteAction.Forward forward ->
                    forward.destinations().forEach(d -> add(d.origin()));
            case RouteAction.Redirect _, RouteAction.DirectResponse _ -> {}
        }
    }
}
