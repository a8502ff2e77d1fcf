package dev.heddle.compiler.explain;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.explain.Explanation.Mirrored;
import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.ir.Access;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.TcpDestination;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.Touch;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Leads a request through what a proxy would run.
@Confined("one call")
public final class Explainer {
    private final ProxyPlan plan;
    private final List<Diagnostic> findings;
    private Request request;
    private final List<Touch> touches;
    private final List<Tried> tried = new ArrayList<>();
    private Explanation.Access access = Explanation.Access.FREE;

    private Explainer(Compiled compiled, Request request) {
        this.plan = compiled.plan();
        this.findings = compiled.diagnostics();
        this.touches = compiled.touches();
        this.request = request.arrived();
    }

    /// What becomes of the request when the workload (or the client of the gateway) of that scope
    /// sends it.
    public static Explanation explain(World world, ProxyScope scope, Request request) {
        return explain(MeshCompiler.compile(world, scope), scope, request);
    }

    /// As [#explain(World, ProxyScope, Request)], for a scope that is compiled already.
    public static Explanation explain(Compiled compiled, ProxyScope scope, Request request) {
        Explanation answer = new Explainer(compiled, request).explain(scope);
        return answer.answering(answer.reply().map(reply -> reply.to(request)));
    }

    private Explanation explain(ProxyScope scope) {
        Optional<Listener> listener = new ListenerChoice(plan, request, tried).choose(scope);
        if (listener.isEmpty()) {
            return answered(
                    "",
                    "",
                    "",
                    Origin.BUILT_IN,
                    new Reply(0, "", "the connection is refused: no listener for this port"));
        }
        touched(XdsType.LISTENER, listener.get().name());
        Optional<FilterChain> chain = new ChainMatch(request, tried).find(listener.get());
        if (chain.isEmpty()) {
            return answered(
                    listener.get().name(),
                    "",
                    "",
                    listener.get().origin(),
                    new Reply(
                            0,
                            "NR",
                            listener.get().direction() == Listener.Direction.INBOUND
                                    ? "the connection is closed: who calls here must prove who"
                                            + " he is by mutual TLS"
                                    : "the connection is closed: no server for '"
                                            + request.serverName()
                                            + "' over "
                                            + request.scheme()));
        }
        Optional<RouteConfiguration> table = ListenerChoice.table(plan, chain.get());
        if (table.isEmpty()) {
            return bytes(listener.get(), chain.get());
        }
        if (!request.isHttp()) {
            return answered(
                    listener.get().name(),
                    "",
                    "",
                    chain.get().origin(),
                    new Reply(400, "DPE", "requests of HTTP are expected here"));
        }
        PathCheck path = PathCheck.of(listener.get().options().http().paths(), request);
        tried.addAll(path.tried());
        if (path.reply().isPresent()) {
            return answered(
                    listener.get().name(), "", "", listener.get().origin(), path.reply().get());
        }
        request = path.request();
        TokenCheck tokens = TokenCheck.of(listener.get().guards().tokens(), request);
        tried.addAll(tokens.tried());
        if (tokens.reply().isPresent()) {
            return answered(
                    listener.get().name(), "", "", listener.get().origin(), tokens.reply().get());
        }
        LoginCheck login = LoginCheck.of(listener.get().guards(), table.get(), tokens);
        request = login.request();
        Optional<Reply> refusal =
                login.passes()
                        ? asked(listener.get().guards().access(), tokens.claims())
                        : Optional.empty();
        if (refusal.isPresent()) {
            return answered(listener.get().name(), "", "", access.origin(), refusal.get());
        }
        touched(XdsType.ROUTE, table.get().name());
        Optional<VirtualHost> host = HostMatch.find(table.get(), request.authority());
        if (host.isEmpty()) {
            tried.add(
                    new Tried(
                            "route table " + table.get().name(),
                            false,
                            "no virtual host for '" + request.authority() + "'",
                            table.get().origin()));
            return answered(
                    listener.get().name(),
                    "",
                    "",
                    Origin.BUILT_IN,
                    none("no virtual host for '" + request.authority() + "'"));
        }
        VirtualHost chosen = host.get();
        tried.add(
                new Tried(
                        "virtual host " + chosen.name(),
                        true,
                        "host '"
                                + request.authority()
                                + "' is one of "
                                + String.join(" ", chosen.domains()),
                        chosen.origin()));
        if (chosen.httpsOnly() && !request.scheme().equals("https")) {
            return answered(
                    listener.get().name(),
                    chosen.name(),
                    "",
                    chosen.origin(),
                    new Reply(301, "", "https://" + request.authority() + request.path()));
        }
        leftOut(chosen);
        List<Part> parts = parts(chosen, tokens.claims());
        if (parts.size() == 1) {
            return routed(listener.get(), chosen, parts.getFirst().route());
        }
        if (!parts.isEmpty()) {
            return shared(listener.get(), chosen, parts);
        }
        return answered(
                listener.get().name(),
                chosen.name(),
                "",
                chosen.origin(),
                none("none of the virtual host's routes matches"));
    }

    /// Asks whether the caller may do that.
    ///
    /// @return the refusal
    private Optional<Reply> asked(Access guards, Map<String, @Nullable Object> claims) {
        AccessCheck.Outcome outcome = AccessCheck.of(guards, request, claims);
        tried.addAll(outcome.tried());
        access = outcome.access();
        return outcome.reply();
    }

    /// A route that takes some of the requests that are like this one.
    private record Part(Route route, Portion of) {}

    /// The routes that take requests like this one: the first that matches, or those that share
    /// them.
    private List<Part> parts(VirtualHost host, Map<String, @Nullable Object> claims) {
        var parts = new ArrayList<Part>();
        int taken = 0;
        for (Route route : host.routes()) {
            Optional<String> mismatch = RequestMatch.mismatch(route.match(), request, claims);
            int upTo = route.match().upTo().perMillion();
            boolean takes = mismatch.isEmpty() && upTo > taken;
            Portion of = takes ? new Portion(upTo - taken) : Portion.ALL;
            tried.add(
                    new Tried(
                            "route " + route.name(),
                            takes,
                            mismatch.orElse(
                                    of.isAll()
                                            ? "all conditions hold"
                                            : "all conditions hold, for "
                                                    + of
                                                    + " of the requests"),
                            route.origin()));
            if (takes) {
                parts.add(new Part(route, of));
                taken = upTo;
            }
            if (route.match().upTo().isAll() && takes) {
                break;
            }
        }
        return parts;
    }

    /// What becomes of requests that several routes share: as of most of those that go on, with the
    /// destinations of all.
    private Explanation shared(Listener listener, VirtualHost host, List<Part> parts) {
        List<Explanation> each =
                parts.stream().map(part -> routed(listener, host, part.route())).toList();
        var shares = new ArrayList<Share>();
        Explanation most = each.getFirst();
        int best = -1;
        for (int i = 0; i < parts.size(); i++) {
            Portion of = parts.get(i).of();
            each.get(i).destinations().forEach(share -> shares.add(share.of(of)));
            int weight = each.get(i).destinations().isEmpty() ? 0 : of.perMillion();
            if (weight > best) {
                best = weight;
                most = each.get(i);
            }
        }
        return most.to(shares);
    }

    /// The rules of a virtual host that are none of its routes, since they cannot work.
    private void leftOut(VirtualHost host) {
        Set<String> resources =
                Stream.concat(Stream.of(host.origin()), host.routes().stream().map(Route::origin))
                        .map(Origin::resource)
                        .collect(Collectors.toSet());
        findings.stream()
                .filter(f -> f.code() == DiagnosticCode.LEFT_OUT)
                .filter(f -> resources.contains(f.origin().resource()))
                .forEach(f ->
                        tried.add(
                                new Tried(
                                        "rule " + f.origin().path(),
                                        false,
                                        "left out: " + f.message(),
                                        f.origin())));
    }

    /// Changes that no plan knows of: what they make of the request is for the proxy to say.
    private void touched(XdsType type, String resource) {
        touches.stream()
                .filter(touch -> touch.type() == type && touch.resource().equals(resource))
                .forEach(touch ->
                        tried.add(
                                new Tried(
                                        "patch of " + resource,
                                        true,
                                        touch.what()
                                                + ", which is not looked into here: see the"
                                                + " proxy's own configuration",
                                        touch.origin())));
    }

    private static Reply none(String why) {
        return new Reply(404, "NR", why);
    }

    private Explanation routed(Listener listener, VirtualHost host, Route found) {
        RateCheck rates = RateCheck.of(found, request);
        tried.addAll(rates.tried());
        Route route = found.with(rates.features());
        Optional<Reply> fault = FeatureReplies.fault(route);
        if (fault.isPresent() && !(route.action() instanceof RouteAction.Forward)) {
            return answered(
                    listener.name(), host.name(), route.name(), route.origin(), fault.get());
        }
        List<Tried> asked = AccessCheck.asked(route, request);
        if (!asked.isEmpty()) {
            tried.addAll(asked);
            access = Explanation.Access.UNSURE;
        }
        Explanation answer =
                switch (route.action()) {
                    case RouteAction.Forward forward -> forwarded(listener, host, route, forward);
                    case RouteAction.Redirect redirect ->
                            answered(
                                    listener.name(),
                                    host.name(),
                                    route.name(),
                                    route.origin(),
                                    new Reply(
                                            redirect.status(),
                                            "",
                                            Locations.of(redirect, route.match(), request)));
                    case RouteAction.DirectResponse(int status, var body) ->
                            answered(
                                    listener.name(),
                                    host.name(),
                                    route.name(),
                                    route.origin(),
                                    new Reply(
                                            status,
                                            "",
                                            switch (body) {
                                                case RouteAction.ReplyBody.Empty() -> "";
                                                case RouteAction.ReplyBody.Text(String text) ->
                                                        text;
                                                case RouteAction.ReplyBody.Base64(String base64) ->
                                                        base64;
                                            }));
                };
        return route.action() instanceof RouteAction.Forward
                ? answer
                : answer.with(RateCheck.limits(route));
    }

    private Explanation forwarded(
            Listener listener, VirtualHost host, Route route, RouteAction.Forward forward) {
        int total = forward.destinations().stream().mapToInt(Destination::weight).sum();
        List<Share> shares =
                forward.destinations().stream().map(d -> share(d, Math.max(1, total))).toList();
        Share most =
                shares.stream()
                        .max(Comparator.comparingInt(Share::weight))
                        .orElseThrow(() -> new AssertionError("a route without destinations"));
        shares.forEach(share -> touched(XdsType.CLUSTER, share.cluster()));
        boolean nobodyThere =
                forward.destinations().stream()
                        .allMatch(d ->
                                isWithoutHosts(d.cluster())
                                        && d.fallback().map(this::isWithoutHosts).orElse(true));
        return new Explanation(
                listener.name(),
                host.name(),
                route.name(),
                route.origin(),
                most.cluster(),
                shares,
                route.headers(),
                route.features(),
                forward.mirrors().stream()
                        .map(it -> new Mirrored(share(it.to(), 1), it.of()))
                        .toList(),
                forward.resilience(),
                FeatureReplies.to(route, request)
                        .or(() ->
                                nobodyThere
                                        ? Optional.of(
                                                new Reply(
                                                        503, "UH", "the destination has no hosts"))
                                        : Optional.empty()),
                tried,
                findingsAbout(route.origin()),
                access,
                Rewrites.of(forward.rewrite(), route, request));
    }

    private Share share(Destination destination, int total) {
        var takers = Takers.of(plan, serving(destination));
        return new Share(
                destination.host(),
                destination.subset(),
                destination.port(),
                Math.toIntExact(Math.round(destination.weight() * 100.0 / total)),
                destination.cluster(),
                takers.addresses(),
                takers.percents(),
                takers.standby(),
                destination.headers(),
                destination.fallback().orElse(""),
                destination.origin());
    }

    /// The cluster that takes a destination's requests, as far as hosts are known.
    private String serving(Destination destination) {
        return isWithoutHosts(destination.cluster())
                ? destination.fallback().orElse(destination.cluster())
                : destination.cluster();
    }

    private boolean isWithoutHosts(String cluster) {
        return Takers.isNobody(plan, cluster);
    }

    /// Where bytes go. Clusters that are no service's have a share only where their hosts are
    /// known, as the workload itself is: others go wherever the client wanted, or nowhere.
    private List<Share> shares(FilterChain chain) {
        List<TcpDestination> all =
                chain.handling()
                                instanceof
                                Handling.Tcp(_, List<TcpDestination> destinations, _, _, _, _, _)
                        ? destinations
                        : List.of();
        int total = all.stream().mapToInt(TcpDestination::weight).sum();
        return all.stream()
                .flatMap(d ->
                        ClusterName.parse(d.cluster()).or(() -> ofWorkload(d.cluster())).stream()
                                .map(name ->
                                        new Destination(
                                                d.cluster(),
                                                name.host(),
                                                name.subset(),
                                                name.port(),
                                                d.weight(),
                                                HeaderEdit.NONE,
                                                Optional.empty(),
                                                chain.origin())))
                .map(d -> share(d, Math.max(1, total)))
                .toList();
    }

    private Optional<ClusterName.Outbound> ofWorkload(String cluster) {
        return plan.assignment(cluster)
                .filter(a -> a.size() > 0)
                .map(_ -> new ClusterName.Outbound(0, "", ""));
    }

    /// A listener that does not look at requests.
    private Explanation bytes(Listener listener, FilterChain chain) {
        Optional<Reply> refusal = asked(listener.guards().access().ofConnections(), Map.of());
        if (refusal.isPresent()) {
            return answered(
                    listener.name(),
                    "",
                    "",
                    access.origin(),
                    new Reply(0, "", "the connection is closed: " + refusal.get().detail()));
        }
        List<Share> shares = shares(chain);
        String cluster =
                chain.handling() instanceof Handling.Tcp tcp
                        ? tcp.destinations().getFirst().cluster()
                        : "";
        return new Explanation(
                listener.name(),
                "",
                "",
                listener.origin(),
                cluster,
                shares,
                HeaderEdit.NONE,
                List.of(),
                List.of(),
                Resilience.NONE,
                isWithoutHosts(cluster)
                        ? Optional.of(new Reply(0, "UH", "the connection is closed"))
                        : Optional.empty(),
                tried,
                findingsAbout(listener.origin()),
                access,
                request);
    }

    private Explanation answered(
            String listener, String host, String route, Origin origin, Reply reply) {
        return new Explanation(
                listener,
                host,
                route,
                origin,
                "",
                List.of(),
                HeaderEdit.NONE,
                List.of(),
                List.of(),
                Resilience.NONE,
                Optional.of(reply),
                tried,
                findingsAbout(origin),
                access,
                request);
    }

    private List<Diagnostic> findingsAbout(Origin origin) {
        return findings.stream()
                .filter(f -> !origin.resource().isEmpty())
                .filter(f -> f.origin().resource().equals(origin.resource()))
                .toList();
    }
}
