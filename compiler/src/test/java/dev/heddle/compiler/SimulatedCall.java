package dev.heddle.compiler;

import dev.heddle.compiler.explain.HostMatch;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.tree.Node;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/// A connection, led through a plan as Envoy does it: listener, filter chain, virtual host, route.
record SimulatedCall(
        String address,
        int port,
        boolean isHttp,
        boolean isTls,
        String serverName,
        String host,
        String path,
        boolean isInbound,
        Role role) {

    /// Where it ends.
    record Outcome(String listener, String cluster, String error) {}

    static SimulatedCall of(Node call, ProxyScope scope) {
        Function<String, String> text = key -> IstioSimulationTest.text(call, key);
        String tls = text.apply("TLS");
        String host = text.apply("HostHeader");
        String said = text.apply("Sni");
        boolean isTls = tls.equals("TLS") || tls.equals("MTLS") || !said.isEmpty();
        return new SimulatedCall(
                text.apply("Address").isEmpty() ? "1.3.3.7" : text.apply("Address"),
                Integer.parseInt(text.apply("Port")),
                text.apply("Protocol").startsWith("HTTP"),
                isTls,
                said.isEmpty() && isTls ? host : said,
                host,
                text.apply("Path").isEmpty() ? "/" : text.apply("Path"),
                text.apply("CallMode").equals("CallModeInbound"),
                scope.role());
    }

    Outcome in(ProxyPlan plan) {
        Optional<Listener> listener = listener(plan);
        if (listener.isEmpty()) {
            return new Outcome("", "", "ErrNoListener");
        }
        String name = listener.get().name();
        Optional<FilterChain> chain = chain(listener.get());
        if (chain.isEmpty()) {
            return new Outcome(name, "", "ErrNoFilterChain");
        }
        return switch (chain.get().handling()) {
            case Handling.Tcp tcp -> new Outcome(name, tcp.destinations().getFirst().cluster(), "");
            case Handling.Http http -> routed(name, plan, http);
        };
    }

    private Outcome routed(String listener, ProxyPlan plan, Handling.Http http) {
        RouteConfiguration table =
                switch (http.routes()) {
                    case Routes.Named(String name) -> plan.route(name).orElseThrow();
                    case Routes.Held(RouteConfiguration held) -> held;
                };
        Optional<VirtualHost> found = HostMatch.find(table, host.isEmpty() ? address : host);
        if (found.isEmpty() || found.get().name().startsWith("blackhole")) {
            return new Outcome(listener, "", "ErrNoVirtualHost");
        }
        for (Route route : found.get().routes()) {
            boolean isIt =
                    switch (route.match().path()) {
                        case RouteMatch.PathMatch.Prefix(String prefix) -> path.startsWith(prefix);
                        case RouteMatch.PathMatch other ->
                                throw new IllegalArgumentException("no case has " + other);
                    };
            if (isIt && route.action() instanceof RouteAction.Forward forward) {
                return new Outcome(listener, forward.destinations().getFirst().cluster(), "");
            }
        }
        return new Outcome(listener, "", "ErrNoRoute");
    }

    private Optional<Listener> listener(ProxyPlan plan) {
        if (isInbound) {
            return plan.listeners().stream()
                    .filter(l -> l.name().equals("virtualInbound"))
                    .findFirst();
        }
        if (role == Role.GATEWAY) {
            return plan.listeners().stream().filter(l -> l.address().port() == port).findFirst();
        }
        List<Listener> ofPort =
                plan.listeners().stream()
                        .filter(l -> l.capture() == Capture.HANDED_OVER)
                        .filter(l -> l.address().port() == port)
                        .toList();
        return ofPort.stream()
                .filter(l -> l.address().host().equals(address))
                .findFirst()
                .or(() ->
                        ofPort.stream()
                                .filter(l -> l.address().host().equals("0.0.0.0"))
                                .findFirst())
                .or(() ->
                        plan.listeners().stream()
                                .filter(l -> l.capture() == Capture.REDIRECTED)
                                .findFirst());
    }

    /// Envoy looks at one property after the other, and never back.
    private Optional<FilterChain> chain(Listener listener) {
        List<FilterChain> left = listener.chains();
        left = best(left, m -> m.port().equals(OptionalInt.of(port)) ? 1 : or(m.port().isEmpty()));
        left = best(left, m -> m.addresses().isEmpty() ? 0 : longest(m.addresses()));
        left = best(left, this::byName);
        left =
                best(
                        left,
                        m ->
                                m.transport().equals(Optional.of(isTls ? "tls" : "raw_buffer"))
                                        ? 1
                                        : or(m.transport().isEmpty()));
        boolean isSeen = isHttp && !isTls;
        left =
                best(
                        left,
                        m ->
                                isSeen && m.applicationProtocols().contains("http/1.1")
                                        ? 1
                                        : or(m.applicationProtocols().isEmpty()));
        return left.stream().findFirst().or(listener::defaultChain);
    }

    private static int or(boolean isAny) {
        return isAny ? 0 : -1;
    }

    private static List<FilterChain> best(List<FilterChain> chains, ToIntFunction<Match> rank) {
        int best = chains.stream().mapToInt(c -> rank.applyAsInt(c.match())).max().orElse(-1);
        return best < 0
                ? List.of()
                : chains.stream().filter(c -> rank.applyAsInt(c.match()) == best).toList();
    }

    private int byName(Match match) {
        if (match.serverNames().isEmpty()) {
            return 0;
        }
        return match.serverNames().stream()
                .mapToInt(name ->
                        name.equals(serverName)
                                ? 1_000
                                : name.startsWith("*.") && serverName.endsWith(name.substring(1))
                                        ? name.length()
                                        : -1)
                .max()
                .orElse(-1);
    }

    private int longest(List<String> ranges) {
        byte[] own = InetAddress.ofLiteral(address).getAddress();
        int longest = -1;
        for (String range : ranges) {
            int slash = range.indexOf('/');
            byte[] of =
                    InetAddress.ofLiteral(slash < 0 ? range : range.substring(0, slash))
                            .getAddress();
            int bits = slash < 0 ? of.length * 8 : Integer.parseInt(range.substring(slash + 1));
            boolean isIn = of.length == own.length;
            for (int i = 0; isIn && i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                isIn = (of[i / 8] & mask) == (own[i / 8] & mask);
            }
            if (isIn) {
                longest = Math.max(longest, bits);
            }
        }
        return longest;
    }
}
