package dev.heddle.compiler.change;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Journeys;
import dev.heddle.compiler.explain.PlanText;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Confined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the proxies of one configuration run, looked up by what an explanation names. What was
/// looked up is kept.
@Confined("one thread")
public final class Plans {
    private final Journeys journeys;
    private final Map<Named, List<Route>> routes = new HashMap<>();
    private final Map<Named, Facet> clusters = new HashMap<>();
    private final Map<ProxyScope, ProxyPlan> whole = new HashMap<>();

    public Plans(World world) {
        this.journeys = new Journeys(world);
    }

    /// Something of a proxy.
    private record Named(ProxyScope proxy, String name) {}

    /// What a request meets.
    public Journey journey(Sender sender, Request request) {
        return journeys.of(sender, request);
    }

    /// What a proxy of that scope runs.
    Compiled of(ProxyScope proxy) {
        return journeys.plan(proxy);
    }

    private ProxyPlan plan(ProxyScope proxy) {
        return whole.computeIfAbsent(proxy, it -> journeys.plan(it).plan());
    }

    /// The routes of a virtual host, in order; none where there is no such host.
    public List<Route> routes(ProxyScope proxy, String virtualHost) {
        return virtualHost.isEmpty()
                ? List.of()
                : routes.computeIfAbsent(
                        new Named(proxy, virtualHost),
                        it ->
                                plan(proxy).routes().stream()
                                        .flatMap(table -> table.virtualHosts().stream())
                                        .filter(host -> host.name().equals(it.name()))
                                        .flatMap(host -> host.routes().stream())
                                        .toList());
    }

    /// How a cluster's requests are carried, a line for each decision.
    Facet cluster(ProxyScope proxy, String name) {
        return clusters.computeIfAbsent(
                new Named(proxy, name),
                it -> plan(proxy).cluster(it.name()).map(Plans::carried).orElse(Facet.NONE));
    }

    private static Facet carried(Cluster cluster) {
        var alone =
                new ProxyPlan(
                        List.of(), List.of(), List.of(cluster), List.of(), List.of(), List.of());
        return new Facet(
                PlanText.of(alone)
                        .lines()
                        .map(line -> line.replaceFirst(" {3}# .*", "").strip())
                        .toList(),
                cluster.origin());
    }
}
