package dev.heddle.compiler.explain;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.Outbound;
import dev.heddle.compiler.Own;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Leads requests through one configuration, from who sends them to who takes them. What a proxy
/// runs is compiled when it is first asked about, and kept.
@Confined("one thread")
public final class Journeys {
    private final World world;
    private final List<Diagnostic> findings;
    private final Map<ProxyScope, Compiled> plans = new HashMap<>();
    private final Map<Outlook, Outbound> commons = new HashMap<>();
    private final Map<Sender, From> senders = new HashMap<>();

    public Journeys(World world) {
        this(world, MeshCompiler.analyze(world));
    }

    /// @param findings what [MeshCompiler#analyze] says of that world
    public Journeys(World world, List<Diagnostic> findings) {
        this.world = world;
        this.findings = List.copyOf(findings);
    }

    /// Where somebody's requests begin.
    ///
    /// @param identity that is proved; empty for nobody
    private record From(ProxyScope scope, Optional<String> identity) {}

    /// What a request meets.
    public Journey of(Sender sender, Request request) {
        From from = senders.computeIfAbsent(sender, this::from);
        Explanation sent = Explainer.explain(plan(from.scope()), from.scope(), request);
        List<Reception> received =
                Reception.of(world, this::plan, from.scope(), sent, from.identity());
        return new Journey(from.scope(), sent, received);
    }

    /// How many proxies' configurations were compiled so far.
    public int compiled() {
        return plans.size();
    }

    private From from(Sender sender) {
        return new From(
                Scopes.find(world, sender.labels(), sender.namespace()),
                sender.caller()
                        .or(() -> Scopes.identity(world, sender.labels(), sender.namespace()))
                        .filter(it -> !it.isEmpty()));
    }

    /// What a proxy of that scope runs.
    public Compiled plan(ProxyScope scope) {
        // Not computeIfAbsent: nothing may be put while a plan is made, and that takes long.
        Compiled known = plans.get(scope);
        if (known == null) {
            known = compile(scope);
            plans.put(scope, known);
        }
        return known;
    }

    private Compiled compile(ProxyScope scope) {
        Outbound common =
                commons.computeIfAbsent(
                        MeshCompiler.outlook(world, scope),
                        outlook -> MeshCompiler.outbound(world, outlook, Optional.empty()));
        Own own = MeshCompiler.own(world, scope, common, Optional.empty());
        return MeshCompiler.compile(world, findings, scope, common, own);
    }
}
