package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the listener that takes a request.
record ListenerChoice(ProxyPlan plan, Request request, List<Tried> tried) {

    Optional<Listener> choose(ProxyScope scope) {
        Optional<Listener> found =
                switch (scope.role()) {
                    case GATEWAY -> gateway();
                    case SIDECAR ->
                            called().or(() ->
                                    switch (scope.interception()) {
                                        case Interception.Redirect _ -> redirected();
                                        case Interception.Explicit explicit -> httpProxy(explicit);
                                    });
                };
        tried.add(
                new Tried(
                        found.map(l -> "listener " + l.name()).orElse("listeners"),
                        found.isPresent(),
                        found.isPresent()
                                ? "takes connections to port " + request.port()
                                : "none for port " + request.port(),
                        found.map(Listener::origin).orElse(dev.heddle.model.Origin.BUILT_IN)));
        return found;
    }

    /// By the port that users know. A URL that names no port is tried on a gateway's only listener.
    private Optional<Listener> gateway() {
        Optional<Listener> exact =
                plan.listeners().stream()
                        .filter(l -> l.name().endsWith("_" + request.port()))
                        .findFirst();
        return exact.or(() ->
                plan.listeners().size() == 1
                        ? Optional.of(plan.listeners().getFirst())
                        : Optional.empty());
    }

    /// The one with a socket of its own that the URL itself names.
    private Optional<Listener> called() {
        return plan.listeners().stream()
                .filter(l -> l.capture() == Capture.BOUND)
                .filter(l -> l.address().host().equals(request.serverName()))
                .filter(l -> l.address().port() == request.port())
                .findFirst();
    }

    private Optional<Listener> httpProxy(Interception.Explicit explicit) {
        return plan.listeners().stream()
                .filter(l -> l.direction() == Direction.OUTBOUND)
                .filter(l -> l.address().toString().equals(explicit.httpProxy()))
                .findFirst();
    }

    /// The listener of the service's own address, if it has one and is called by its name; else the
    /// port's; else the one that all redirected connections arrive at.
    private Optional<Listener> redirected() {
        List<Listener> ofPort =
                plan.listeners().stream()
                        .filter(l -> l.capture() == Capture.HANDED_OVER)
                        .filter(l -> l.address().port() == request.port())
                        .toList();
        String shared = "0.0.0.0_" + request.port();
        return ofPort.stream()
                .filter(l -> !l.name().equals(shared))
                .filter(this::isForHost)
                .findFirst()
                .or(() -> ofPort.stream().filter(l -> l.name().equals(shared)).findFirst())
                .or(() ->
                        plan.listeners().stream()
                                .filter(l -> l.capture() == Capture.REDIRECTED)
                                .findFirst());
    }

    private boolean isForHost(Listener listener) {
        String host = request.host();
        if (listener.address().host().equals(host)
                || listener.address().host().equals(request.serverName())) {
            return true;
        }
        String cluster = bytesTo(listener);
        String service = cluster.substring(cluster.lastIndexOf('|') + 1);
        return service.equals(host) || service.startsWith(host + ".");
    }

    /// The route table of the HTTP chain that takes the request.
    static Optional<RouteConfiguration> table(ProxyPlan plan, Listener listener, Request request) {
        return chain(listener, request)
                .map(FilterChain::handling)
                .filter(Handling.Http.class::isInstance)
                .map(Handling.Http.class::cast)
                .map(http ->
                        switch (http.routes()) {
                            case Routes.Named(String name) ->
                                    plan.route(name).orElseGet(() -> empty(name));
                            case Routes.Held(RouteConfiguration held) -> held;
                        });
    }

    /// Whether connections of such requests are closed, as no chain is for them.
    static boolean isNobodys(Listener listener, Request request) {
        boolean isTaken =
                request.scheme().equals("https")
                        ? ServerNameMatch.find(listener.chains(), request.serverName()).isPresent()
                        : chains(listener)
                                .anyMatch(c -> !c.match().transport().equals(Optional.of("tls")));
        return listener.chains().stream().anyMatch(c -> c.tls().isPresent()) && !isTaken;
    }

    /// The chain that ends TLS for the request's host, where it is a request over TLS; else the
    /// first for HTTP.
    private static Optional<FilterChain> chain(Listener listener, Request request) {
        boolean isDecrypted = listener.chains().stream().anyMatch(c -> c.tls().isPresent());
        if (!isDecrypted) {
            return chains(listener).filter(c -> c.handling() instanceof Handling.Http).findFirst();
        }
        return request.scheme().equals("https")
                ? ServerNameMatch.find(listener.chains(), request.serverName())
                : chains(listener)
                        .filter(c -> !c.match().transport().equals(Optional.of("tls")))
                        .filter(c -> c.handling() instanceof Handling.Http)
                        .findFirst();
    }

    private static RouteConfiguration empty(String name) {
        return new RouteConfiguration(
                name, false, List.<VirtualHost>of(), dev.heddle.model.Origin.BUILT_IN);
    }

    /// The cluster that bytes go to, of several the first; empty when the listener has no chain for
    /// them.
    static String bytesTo(Listener listener) {
        return bytesChain(listener)
                .map(c -> ((Handling.Tcp) c.handling()).destinations().getFirst().cluster())
                .orElse("");
    }

    /// The chain that passes a request's bytes on: over TLS that for its server, if there is one.
    static Optional<FilterChain> bytesChain(Listener listener, Request request) {
        Optional<FilterChain> named =
                request.scheme().equals("https")
                        ? ServerNameMatch.find(listener.chains(), request.serverName())
                        : Optional.empty();
        return named.filter(c -> c.handling() instanceof Handling.Tcp && !isByAddress(c))
                .or(() -> bytesChain(listener));
    }

    /// The chain that passes bytes on.
    static Optional<FilterChain> bytesChain(Listener listener) {
        return chains(listener)
                .filter(c -> c.match().port().isEmpty())
                .filter(c -> !isByAddress(c))
                .filter(c -> c.handling() instanceof Handling.Tcp)
                .findFirst();
    }

    /// Whether addresses decide, which a request does not say.
    static boolean isByAddress(FilterChain chain) {
        return !chain.match().addresses().isEmpty() || !chain.match().sources().isEmpty();
    }

    private static Stream<FilterChain> chains(Listener listener) {
        return Stream.concat(listener.chains().stream(), listener.defaultChain().stream());
    }
}
