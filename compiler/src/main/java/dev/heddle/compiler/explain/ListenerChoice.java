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
                                        case Interception.Explicit explicit ->
                                                httpProxy(explicit)
                                                        .filter(_ -> request.address().isEmpty());
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

    /// By the port that users know. Where nobody says what the connection is made to, a URL that
    /// names no port is tried on a gateway's only listener.
    private Optional<Listener> gateway() {
        Optional<Listener> exact =
                plan.listeners().stream()
                        .filter(l -> l.name().endsWith("_" + request.port()))
                        .findFirst();
        return exact.or(() ->
                request.address().isEmpty() && plan.listeners().size() == 1
                        ? Optional.of(plan.listeners().getFirst())
                        : Optional.empty());
    }

    /// The one with a socket of its own that the URL itself names.
    private Optional<Listener> called() {
        String called = request.address().isEmpty() ? request.serverName() : request.address();
        return plan.listeners().stream()
                .filter(l -> l.capture() == Capture.BOUND)
                .filter(l -> l.address().host().equals(called))
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

    /// The route table of a chain that looks at requests.
    static Optional<RouteConfiguration> table(ProxyPlan plan, FilterChain chain) {
        return Optional.of(chain.handling())
                .filter(Handling.Http.class::isInstance)
                .map(Handling.Http.class::cast)
                .map(http ->
                        switch (http.routes()) {
                            case Routes.Named(String name) ->
                                    plan.route(name).orElseGet(() -> empty(name));
                            case Routes.Held(RouteConfiguration held) -> held;
                        });
    }

    private static RouteConfiguration empty(String name) {
        return new RouteConfiguration(
                name, false, List.<VirtualHost>of(), dev.heddle.model.Origin.BUILT_IN);
    }

    /// The cluster that bytes go to, of several the first; empty when the listener has no chain for
    /// them.
    private static String bytesTo(Listener listener) {
        return Stream.concat(listener.chains().stream(), listener.defaultChain().stream())
                .map(FilterChain::handling)
                .filter(Handling.Tcp.class::isInstance)
                .map(tcp -> ((Handling.Tcp) tcp).destinations().getFirst().cluster())
                .findFirst()
                .orElse("");
    }
}
