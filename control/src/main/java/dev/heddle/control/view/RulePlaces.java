package dev.heddle.control.view;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.control.hits.HitCounts;
import dev.heddle.control.hits.RuleCount;
import dev.heddle.control.push.RunningPlan;
import dev.heddle.model.Origin;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Puts together how often rules are chosen and who has them.
final class RulePlaces {
    private final Map<Key, Set<String>> proxies = new HashMap<>();
    private final Set<String> connected = new TreeSet<>();

    private RulePlaces() {}

    private record Key(String resource, String rule) {}

    static RulesView view(HitCounts counts, List<RunningPlan> plans) {
        var places = new RulePlaces();
        plans.forEach(places::add);
        List<String> silent =
                places.connected.stream().filter(id -> !counts.reporters().contains(id)).toList();
        return new RulesView(
                counts.at(),
                counts.rules().stream().map(rule -> places.view(rule, counts)).toList(),
                places.connected.size(),
                silent,
                counts.unknown());
    }

    private RuleView view(RuleCount rule, HitCounts counts) {
        Set<String> having =
                proxies.getOrDefault(new Key(rule.origin().resource(), rule.id()), Set.of());
        return new RuleView(
                rule.origin(),
                rule.id(),
                rule.hits(),
                rule.last(),
                rule.since(),
                having.size(),
                (int) having.stream().filter(counts.reporters()::contains).count());
    }

    private void add(RunningPlan running) {
        connected.addAll(running.proxies());
        var keys = new HashSet<Key>();
        rules(running.plan(), keys);
        keys.forEach(key ->
                proxies.computeIfAbsent(key, _ -> new HashSet<>()).addAll(running.proxies()));
    }

    private static void rules(ProxyPlan plan, Set<Key> to) {
        plan.routes().forEach(table -> rules(table, to));
        plan.listeners()
                .forEach(listener -> {
                    listener.chains().forEach(chain -> rules(chain, to));
                    listener.defaultChain().ifPresent(chain -> rules(chain, to));
                });
    }

    private static void rules(RouteConfiguration table, Set<Key> to) {
        table.virtualHosts()
                .forEach(host ->
                        host.routes().forEach(route -> add(route.origin(), route.rule(), to)));
    }

    private static void rules(FilterChain chain, Set<Key> to) {
        switch (chain.handling()) {
            case Handling.Tcp tcp -> add(chain.origin(), tcp.rule(), to);
            case Handling.Names _ -> {}
            case Handling.Http http -> {
                if (http.routes() instanceof Routes.Held(RouteConfiguration table)) {
                    rules(table, to);
                }
            }
        }
    }

    private static void add(Origin origin, String rule, Set<Key> to) {
        if (!rule.isEmpty()) {
            to.add(new Key(origin.resource(), rule));
        }
    }
}
