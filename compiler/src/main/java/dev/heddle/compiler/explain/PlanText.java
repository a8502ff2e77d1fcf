package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.FilterChain.Translation;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Prints a plan for people, stably: equal plans give equal texts, and a changed line is a changed
/// decision. Every line ends in its origin.
public final class PlanText {
    private final StringBuilder text = new StringBuilder();

    private PlanText() {}

    /// The plan, a line for each decision.
    public static String of(ProxyPlan plan) {
        var printer = new PlanText();
        plan.listeners().forEach(printer::listener);
        plan.datagrams().forEach(printer::datagrams);
        plan.routes().forEach(r -> printer.table(0, r));
        plan.clusters().forEach(c -> printer.cluster(c, plan.assignment(c.name())));
        plan.secrets().forEach(printer::secret);
        return printer.text.toString();
    }

    private void line(int depth, String what, Origin origin) {
        text.repeat("  ", depth).append(what);
        if (!origin.equals(Origin.BUILT_IN)) {
            text.append("   # ").append(origin);
        }
        text.append('\n');
    }

    private static String detection(Duration timeout) {
        return timeout.isZero()
                ? ", silent clients may wait"
                : ", silent clients may wait " + timeout.toMillis() + " ms";
    }

    private void listener(Listener listener) {
        String capture =
                switch (listener.capture()) {
                    case BOUND -> "bound";
                    case REDIRECTED -> "bound, hands over by original destination";
                    case HANDED_OVER -> "not bound";
                    case QUIC -> "bound for QUIC";
                };
        String inspectors =
                listener.inspectors().isEmpty()
                        ? ""
                        : ", inspects "
                                + listener.inspectors().stream()
                                        .map(i -> i.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(" "));
        line(
                0,
                "listener "
                        + listener.name()
                        + ": "
                        + listener.address()
                        + " "
                        + listener.direction().name().toLowerCase(Locale.ROOT)
                        + ", "
                        + capture
                        + inspectors
                        + listener.detection().map(PlanText::detection).orElse(""),
                listener.origin());
        OptionsText.of(listener.options()).forEach(w -> line(1, w, Origin.BUILT_IN));
        GuardText.of(listener.guards()).forEach(guard -> line(1, guard.text(), guard.origin()));
        listener.chains().forEach(c -> chain("chain ", c));
        listener.defaultChain().ifPresent(c -> chain("otherwise ", c));
    }

    private void datagrams(DatagramListener listener) {
        String head =
                "listener "
                        + listener.name()
                        + ": udp "
                        + listener.address()
                        + " "
                        + listener.direction().name().toLowerCase(Locale.ROOT);
        switch (listener.service()) {
            case DatagramListener.Service.Names(var names, var search) -> {
                line(
                        0,
                        head
                                + ", answers for names"
                                + search.stream()
                                        .map(end -> ", also with ." + end)
                                        .collect(Collectors.joining()),
                        listener.origin());
                names.forEach(n ->
                        line(
                                1,
                                "name " + n.name() + " -> " + String.join(" ", n.addresses()),
                                n.origin()));
            }
            case DatagramListener.Service.Forward(
                            String statPrefix,
                            var shares,
                            Duration idle,
                            boolean hashesSource) ->
                    line(
                            0,
                            head
                                    + ", udp "
                                    + statPrefix
                                    + " -> "
                                    + shares.stream()
                                            .map(s ->
                                                    (shares.size() > 1 ? s.weight() + " " : "")
                                                            + s.cluster())
                                            .collect(Collectors.joining(", "))
                                    + ", idle "
                                    + idle
                                    + (hashesSource ? ", host by the client's address" : ""),
                            listener.origin());
        }
    }

    private void chain(String what, FilterChain chain) {
        String match = chain.match().equals(Match.ALL) ? "" : " (" + match(chain.match()) + ")";
        String tls = chain.tls().map(t -> " -> " + TlsText.of(t)).orElse("");
        String head = what + chain.name() + match + tls + " -> ";
        switch (chain.handling()) {
            case Handling.Http(
                            String statPrefix,
                            Routes routes,
                            boolean edge,
                            Translation translation,
                            boolean resolves,
                            List<Authorizer> asked,
                            boolean limits) -> {
                String table =
                        switch (routes) {
                            case Routes.Named(String name) -> "routes " + name;
                            case Routes.Held(var held) -> "its own routes " + held.name();
                        };
                line(
                        1,
                        head
                                + "http "
                                + statPrefix
                                + (edge ? " at the edge" : "")
                                + switch (translation) {
                                    case NONE -> "";
                                    case GRPC_WEB -> ", gRPC-Web becomes gRPC";
                                }
                                + (resolves ? ", hosts are looked up" : "")
                                + (limits ? ", counts requests" : "")
                                + (asked.isEmpty()
                                        ? ""
                                        : asked.stream()
                                                .map(Authorizer::name)
                                                .collect(
                                                        Collectors.joining(", ", ", may ask ", "")))
                                + ", "
                                + table,
                        chain.origin());
                if (routes instanceof Routes.Held(RouteConfiguration held)) {
                    table(2, held);
                }
            }
            case Handling.Names(String listener, String cluster) ->
                    line(
                            1,
                            head + "names of listener " + listener + ", else " + cluster,
                            chain.origin());
            case Handling.Tcp(
                            String statPrefix,
                            var destinations,
                            var times,
                            var tunnel,
                            boolean hashesSource,
                            var lookUp,
                            _) ->
                    line(
                            1,
                            head
                                    + "tcp "
                                    + statPrefix
                                    + destinations.stream()
                                            .map(d -> " -> " + d.weight() + " x " + d.cluster())
                                            .collect(Collectors.joining())
                                    + (lookUp.isPresent()
                                            ? ", servers are looked up, port " + lookUp.getAsInt()
                                            : "")
                                    + times.idle().map(t -> ", idle " + t).orElse("")
                                    + times.whole().map(t -> ", for at most " + t).orElse("")
                                    + tunnel.map(t ->
                                                    ", which is asked by "
                                                            + (t.isPost() ? "POST" : "CONNECT")
                                                            + " for "
                                                            + t.target())
                                            .orElse("")
                                    + (hashesSource ? ", host by the client's address" : ""),
                            chain.origin());
        }
    }

    /// As in ` to 10.0.0.0/8 from 10.1.0.0/16`.
    static String ranges(Match match) {
        var text = new StringBuilder();
        match.addresses().forEach(it -> text.append(" to ").append(it));
        match.sources().forEach(it -> text.append(" from ").append(it));
        return text.toString();
    }

    private static String match(Match match) {
        List<String> parts = new ArrayList<>();
        match.port().ifPresent(p -> parts.add("port " + p));
        match.addresses().forEach(it -> parts.add("to " + it));
        match.sources().forEach(it -> parts.add("from " + it));
        parts.addAll(match.serverNames());
        match.transport().ifPresent(parts::add);
        parts.addAll(match.applicationProtocols());
        return String.join(" ", parts);
    }

    private void table(int depth, RouteConfiguration table) {
        line(
                depth,
                "routes "
                        + table.name()
                        + (table.ignorePort() ? ": ports in hosts ignored" : "")
                        + (table.told().attempts() ? ", attempts told" : "")
                        + (table.told().host() ? ", hosts told" : "")
                        + (table.told().denials() ? "" : ", denials hidden")
                        + (table.told().http3() > 0
                                ? ", HTTP/3 at " + table.told().http3() + " told"
                                : ""),
                table.origin());
        for (VirtualHost host : table.virtualHosts()) {
            line(
                    depth + 1,
                    "host " + host.name() + (host.httpsOnly() ? ", https only" : ""),
                    host.origin());
            line(depth + 2, "domains " + String.join(" ", host.domains()), Origin.BUILT_IN);
            host.routes().forEach(r -> route(depth + 2, r));
        }
    }

    private void route(int depth, Route route) {
        line(depth, "route " + route.name() + ": " + RouteText.of(route.match()), route.origin());
        RouteText.details(route).forEach(d -> line(depth + 1, d.what(), d.origin()));
    }

    private void cluster(Cluster cluster, Optional<LoadAssignment> hosts) {
        String discovery =
                switch (cluster.discovery()) {
                    case Discovery.Eds() -> "eds";
                    case Discovery.FirstOf(var clusters) ->
                            "the first with a healthy host of " + String.join(", ", clusters);
                    case Discovery.Fixed _ -> "static";
                    case Discovery.StrictDns _ -> "strict dns";
                    case Discovery.DynamicDns() -> "hosts that requests name";
                    case Discovery.LogicalDns(_, boolean races, _) ->
                            races ? "logical dns, the first address that answers" : "logical dns";
                    case Discovery.OriginalDestination(String from, var port) ->
                            "original destination"
                                    + (port.isPresent() ? ", port " + port.getAsInt() : "")
                                    + (from.isEmpty() ? "" : " from " + from);
                };
        String protocol =
                switch (cluster.protocol()) {
                    case HTTP1 -> "";
                    case HTTP2 -> ", http2";
                    case AS_DOWNSTREAM -> ", protocol of the client";
                };
        line(
                0,
                "cluster "
                        + cluster.name()
                        + ": "
                        + discovery
                        + BalancingText.of(cluster.loadBalancing())
                        + BalancingText.of(cluster.places())
                        + protocol
                        + cluster.tls().map(t -> ", " + TlsText.of(t)).orElse("")
                        + (cluster.keepsNameCase() ? ", header names keep their case" : "")
                        + pool(cluster.pool())
                        + HealthText.of(cluster.health()),
                cluster.origin());
        hosts.ifPresent(this::hosts);
    }

    private void secret(TlsSecret secret) {
        line(0, "secret " + secret.name() + ": " + TlsText.of(secret), secret.origin());
    }

    private static String pool(ConnectionPool pool) {
        var text = new StringBuilder();
        if (!pool.connectTimeout().equals(ConnectionPool.UNLIMITED.connectTimeout())) {
            text.append(", connect within ").append(pool.connectTimeout());
        }
        pool.maxConnections().ifPresent(n -> text.append(", connections <= ").append(n));
        pool.maxPendingRequests().ifPresent(n -> text.append(", pending <= ").append(n));
        pool.maxRequests().ifPresent(n -> text.append(", requests <= ").append(n));
        pool.maxRequestsPerConnection()
                .ifPresent(n -> text.append(", requests per connection <= ").append(n));
        pool.idleTimeout().ifPresent(t -> text.append(", idle ").append(t));
        ConnectionPool.Sockets sockets = pool.sockets();
        sockets.maxDuration().ifPresent(t -> text.append(", for at most ").append(t));
        sockets.keepAlive().ifPresent(it -> text.append(keepAlive(it)));
        sockets.header().ifPresent(it -> text.append(", told of clients ").append(it));
        return text.toString();
    }

    private static String keepAlive(ConnectionPool.KeepAlive keepAlive) {
        var text = new StringBuilder(", probed");
        keepAlive.probes().ifPresent(n -> text.append(' ').append(n).append(" times"));
        keepAlive.idleSeconds().ifPresent(n -> text.append(" after ").append(n).append(" s"));
        keepAlive.intervalSeconds().ifPresent(n -> text.append(" every ").append(n).append(" s"));
        return text.toString();
    }

    private void hosts(LoadAssignment hosts) {
        for (LoadAssignment.EndpointGroup group : hosts.groups()) {
            int sum = group.endpoints().stream().mapToInt(LoadAssignment.Endpoint::weight).sum();
            String place =
                    (group.locality().isEmpty() ? "" : " in " + group.locality())
                            + (group.weight() == sum ? "" : ", weight " + group.weight())
                            + (group.priority() == 0 ? "" : ", priority " + group.priority());
            group.endpoints()
                    .forEach(e ->
                            line(
                                    1,
                                    e.address()
                                            + (e.weight() == 1 ? "" : " x " + e.weight())
                                            + place
                                            + (e.isDraining() ? ", draining" : "")
                                            + (e.speaksMeshTls() ? ", speaks the mesh's tls" : ""),
                                    e.origin()));
        }
    }
}
