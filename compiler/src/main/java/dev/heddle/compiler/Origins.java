package dev.heddle.compiler;

import dev.heddle.compiler.ir.Access;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.model.Origin;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which resources count for a plan, as in `VirtualService default/reviews`. Worked out when it is
/// first asked for, which is when something is found to be wrong with the mesh. Callable from any
/// thread.
public final class Origins {
    private final ProxyPlan plan;
    private final List<BoundVirtualService> rules;
    private final Set<String> resources = new HashSet<>();

    /// @param rules that count, even if nothing came of them
    Origins(ProxyPlan plan, List<BoundVirtualService> rules) {
        this.plan = plan;
        this.rules = rules;
    }

    /// Whether the plan was made of that resource.
    synchronized boolean contains(String resource) {
        if (resources.isEmpty()) {
            addAll();
        }
        return resources.contains(resource);
    }

    private void addAll() {
        rules.forEach(r -> resources.add(r.resource().id().toString()));
        plan.listeners()
                .forEach(l -> {
                    add(l.origin());
                    l.guards().tokens().issuers().forEach(i -> add(i.origin()));
                    add(l.guards().access().requests());
                    add(l.guards().access().connections());
                });
        plan.datagrams().forEach(this::add);
        plan.routes().forEach(this::add);
        plan.secrets().forEach(s -> add(s.origin()));
        plan.clusters().forEach(c -> add(c.origin()));
        plan.clusters().stream()
                .flatMap(c -> c.health().check().stream())
                .forEach(h -> add(h.origin()));
        plan.assignments().stream()
                .flatMap(a -> a.groups().stream())
                .flatMap(g -> g.endpoints().stream())
                .forEach(e -> add(e.origin()));
    }

    private void add(List<Access.Stage> stages) {
        for (Access.Stage stage : stages) {
            stage.enforced().orElse(List.of()).forEach(rule -> add(rule.origin()));
            stage.tried().orElse(List.of()).forEach(rule -> add(rule.origin()));
        }
    }

    private void add(Origin origin) {
        if (!origin.resource().isEmpty()) {
            resources.add(origin.resource());
        }
    }

    private void add(DatagramListener listener) {
        add(listener.origin());
        if (listener.service() instanceof DatagramListener.Service.Names(var names, _)) {
            names.forEach(name -> add(name.origin()));
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
                                r.features().forEach(f -> f.policy().ifPresent(this::add));
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
