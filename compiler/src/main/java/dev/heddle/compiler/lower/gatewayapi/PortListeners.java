package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.attach.AttachedListener.Protocol;
import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.attach.ListenerTls;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.model.Origin;
import dev.heddle.model.gatewayapi.Gateway.ValidationMode;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The listeners of Gateways that a proxy has on one port.
public final class PortListeners {
    private static final List<String> ALPN = List.of("h2", "http/1.1");

    private final int port;
    private final List<AttachedListener> all;
    private final Services services;
    private final Secrets secrets;

    /// @param port that clients call
    /// @param all programmed ones, in the order of their precedence
    public PortListeners(int port, List<AttachedListener> all, Services services, Secrets secrets) {
        this.port = port;
        this.all = List.copyOf(all);
        this.services = services;
        this.secrets = secrets;
    }

    /// The port that clients call.
    public int port() {
        return port;
    }

    /// All of them, in the order of their precedence.
    public List<AttachedListener> all() {
        return all;
    }

    /// The first of them that takes connections, which is responsible for the port.
    public Origin origin() {
        return all.stream()
                .filter(l -> !l.protocol().equals(Optional.of(Protocol.UDP)))
                .findFirst()
                .orElseGet(all::getFirst)
                .origin();
    }

    /// Whether requests in plain text are routed.
    public boolean isHttp() {
        return !of(Protocol.HTTP).isEmpty();
    }

    /// The virtual hosts for requests in plain text.
    public List<VirtualHost> hosts() {
        List<AttachedListener> http = of(Protocol.HTTP);
        var table = new HostTable(http, port, services);
        return http.stream().flatMap(l -> table.of(l).stream()).toList();
    }

    /// The chains for TLS, with their tables.
    ///
    /// @param name of the listener of the port
    /// @param taking the names of a chain that are free, and are not any more
    /// @param tables takes route tables
    public List<FilterChain> tls(
            String name, UnaryOperator<List<String>> taking, List<RouteConfiguration> tables) {
        var chains = new ArrayList<FilterChain>();
        var https = new HostTable(of(Protocol.HTTPS), port, services);
        var names = new HostTable(tls(), port, services);
        for (AttachedListener listener : all) {
            switch (listener.protocol().orElse(Protocol.UDP)) {
                case HTTPS -> https(listener, name, https, taking, tables, chains);
                case TLS -> {
                    listener.routes()
                            .tls()
                            .forEach(r -> bytes(listener, r, name, names, taking, chains));
                    listener.routes()
                            .tcp()
                            .forEach(r -> bytes(listener, r, name, names, taking, chains));
                }
                case HTTP, TCP, UDP -> {}
            }
        }
        return chains;
    }

    private List<AttachedListener> tls() {
        return all.stream()
                .filter(l ->
                        l.protocol().equals(Optional.of(Protocol.HTTPS))
                                || l.protocol().equals(Optional.of(Protocol.TLS)))
                .toList();
    }

    private void https(
            AttachedListener listener,
            String name,
            HostTable table,
            UnaryOperator<List<String>> taking,
            List<RouteConfiguration> tables,
            List<FilterChain> chains) {
        List<String> free = taking.apply(List.of(listener.hostname().name()));
        if (free.isEmpty()) {
            return;
        }
        String of = tableName(listener);
        tables.add(new RouteConfiguration(of, true, table.alone(listener), listener.origin()));
        chains.add(
                new FilterChain(
                        name + "_" + chains.size(),
                        Match.ofTls(free),
                        ended(listener, ALPN),
                        new Handling.Http("outbound_" + name, new Routes.Named(of), true),
                        listener.origin()));
    }

    /// As in `https.443.web.shop.default`.
    private String tableName(AttachedListener listener) {
        var owner = listener.owner().metadata();
        return "https."
                + port
                + "."
                + listener.spec().name()
                + "."
                + owner.name()
                + "."
                + owner.namespace()
                + (listener.owner().kind().name().equals("Gateway") ? "" : ".set");
    }

    private void bytes(
            AttachedListener listener,
            AttachedRoute<? extends Route<L4Rule>> route,
            String name,
            HostTable names,
            UnaryOperator<List<String>> taking,
            List<FilterChain> chains) {
        List<String> free =
                taking.apply(
                        route.hostnames().stream()
                                .filter(host -> names.isOf(listener, host))
                                .map(Hostname::name)
                                .toList());
        if (!free.isEmpty()) {
            chains.add(
                    new FilterChain(
                            name + "_" + chains.size(),
                            Match.ofTls(free),
                            ended(listener, List.of()),
                            BytesLowering.handling(route, services),
                            route.resource().origin(BytesLowering.RULE)));
        }
    }

    /// How TLS ends at a listener; empty where it goes through.
    private Optional<ServerTls> ended(AttachedListener listener, List<String> alpn) {
        if (!(listener.tls().orElse(null) instanceof ListenerTls.Terminate ended)) {
            return Optional.empty();
        }
        Optional<PeerRules> clients =
                ended.clients()
                        .map(c ->
                                new PeerRules(
                                        secrets.roots(c.trust(), listener.origin()),
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        "",
                                        c.mode() == ValidationMode.AllowInsecureFallback));
        return Optional.of(
                new ServerTls(
                        ended.certificates().stream().map(secrets::certificate).toList(),
                        clients,
                        clients.filter(c -> !c.isLenient()).isPresent(),
                        ProtocolVersion.TLS_AUTO,
                        ProtocolVersion.TLS_AUTO,
                        List.of(),
                        List.of(),
                        alpn));
    }

    /// The chain for connections that nobody looks into; empty where no route says where they go.
    public Optional<FilterChain> tcp(String name) {
        return of(Protocol.TCP).stream()
                .flatMap(l -> l.routes().tcp().stream())
                .findFirst()
                .map(route ->
                        new FilterChain(
                                name,
                                Match.ALL,
                                BytesLowering.handling(route, services),
                                route.resource().origin(BytesLowering.RULE)));
    }

    /// Where datagrams go, by the oldest route; empty where nobody says it.
    ///
    /// @param name of their listener
    public Optional<DatagramListener> datagrams(String name, SocketAddress address) {
        return of(Protocol.UDP).stream()
                .flatMap(l -> l.routes().udp().stream())
                .findFirst()
                .map(route ->
                        new DatagramListener(
                                name,
                                address,
                                Direction.OUTBOUND,
                                BytesLowering.datagrams(name, route, services),
                                route.resource().origin(BytesLowering.RULE)));
    }

    private List<AttachedListener> of(Protocol protocol) {
        return all.stream().filter(l -> l.protocol().equals(Optional.of(protocol))).toList();
    }
}
