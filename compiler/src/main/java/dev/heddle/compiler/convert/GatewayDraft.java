package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Door.ListenerName;
import dev.heddle.compiler.convert.Door.Traffic;
import dev.heddle.compiler.convert.Options.ServiceName;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.world.World;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.Gateway.FrontendTls;
import dev.heddle.model.gatewayapi.Gateway.GatewayTls;
import dev.heddle.model.gatewayapi.Gateway.OfPort;
import dev.heddle.model.gatewayapi.Gateway.PortTls;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.Listener;
import dev.heddle.model.gatewayapi.Listener.AllowedRoutes;
import dev.heddle.model.gatewayapi.Listener.FromRoutes;
import dev.heddle.model.gatewayapi.Listener.RouteNamespaces;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.Selector;
import dev.heddle.model.match.Selector.Requirement;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// A Gateway of the Gateway API, while it gets its listeners. Used by one conversion.
final class GatewayDraft {
    private static final String ANY = "*";
    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";
    private static final int MOVED = 301;
    private static final int HTTP = 80;
    private static final FieldPath SERVERS = FieldPath.of("spec", "servers");

    private final String namespace;
    private final String name;
    private final Resource<dev.heddle.model.istio.Gateway> of;
    private final Optional<ServiceName> service;
    private final String gatewayClass;
    private final Documents documents;
    private final Losses losses;
    private final TlsForms tls;
    private final Map<ListenerName, Open> open = new LinkedHashMap<>();

    /// A listener.
    ///
    /// @param server that it was made for
    /// @param namespaces of the routes that it takes; a star for all
    private record Open(Server server, SortedSet<String> namespaces) {}

    GatewayDraft(
            String namespace,
            String name,
            Resource<dev.heddle.model.istio.Gateway> of,
            Optional<ServiceName> service,
            String gatewayClass,
            World world,
            Documents documents,
            Losses losses) {
        this.namespace = namespace;
        this.name = name;
        this.of = of;
        this.service = service;
        this.gatewayClass = gatewayClass;
        this.documents = documents;
        this.losses = losses;
        this.tls = new TlsForms(world, namespace, viewer(), documents, losses);
    }

    /// Namespace of the proxies.
    String viewer() {
        return service.map(ServiceName::namespace).orElse(namespace);
    }

    /// A new listener.
    ///
    /// @param proxies what tells proxies of different Gateways apart
    ListenerName listener(Server server, Hostname host, Traffic type, String proxies) {
        var listener =
                new ListenerName(
                        namespace,
                        name,
                        name(server, host, type),
                        host,
                        server.server().port().number(),
                        type,
                        proxies);
        open.put(listener, new Open(server, new TreeSet<>()));
        return listener;
    }

    /// As its port is called, with the host where there are several.
    private String name(Server server, Hostname host, Traffic type) {
        String said = server.server().port().name();
        boolean isOne = server.hosts().size() == 1 && isName(said);
        String base = isName(said) && !said.contains("ingress") ? said : type(type);
        String wanted = isOne && base.equals(said) ? said : base + "-" + word(host);
        String free = wanted;
        for (int i = 2; isTaken(free); i++) {
            free = wanted + "-" + i;
        }
        return free;
    }

    private boolean isTaken(String wanted) {
        return open.keySet().stream().anyMatch(l -> l.name().equals(wanted));
    }

    private static boolean isName(String text) {
        return text.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    }

    private static String type(Traffic type) {
        return switch (type) {
            case HTTP, TO_HTTPS -> "http";
            case HTTPS -> "https";
            case TLS -> "tls";
            case TCP -> "tcp";
        };
    }

    private static String word(Hostname host) {
        String text = host.name().toLowerCase(Locale.ROOT);
        return text.equals(ANY) ? "all" : text.replace("*.", "any-").replace('.', '-');
    }

    /// Lets routes of a namespace come to a listener, if it is one of these.
    ///
    /// @param allowed as in `shop/*.example.com`
    void allow(ListenerName listener, String allowed, Server server) {
        Open there = open.get(listener);
        if (there != null) {
            int slash = allowed.indexOf('/');
            String from = slash < 0 ? ANY : allowed.substring(0, slash);
            there.namespaces()
                    .add(from.equals(".") ? server.gateway().metadata().namespace() : from);
        }
    }

    /// Makes the Gateway, and the routes that send requests to TLS.
    void make() {
        if (open.isEmpty()) {
            return;
        }
        var listeners = new ArrayList<Listener>();
        open.forEach((listener, one) -> {
            listeners.add(listener(listener, one));
            if (listener.type() == Traffic.TO_HTTPS) {
                sendToHttps(listener, one);
            }
        });
        documents.add(
                Kinds.KUBERNETES_GATEWAY,
                namespace,
                name,
                new Gateway(
                        gatewayClass,
                        listeners,
                        service.stream().map(GatewayDraft::address).toList(),
                        Optional.empty(),
                        Optional.empty(),
                        frontend(),
                        Optional.empty(),
                        Optional.empty()),
                of);
    }

    private static Gateway.Address address(ServiceName service) {
        return new Gateway.Address(
                Optional.of(Gateway.Address.HOSTNAME),
                Optional.of(service.name() + "." + service.namespace() + ".svc"));
    }

    private Listener listener(ListenerName listener, Open one) {
        return new Listener(
                listener.name(),
                listener.hostname().equals(Hostname.ANY) || listener.type() == Traffic.TCP
                        ? Optional.empty()
                        : Optional.of(listener.hostname().name()),
                listener.port(),
                switch (listener.type()) {
                    case HTTP, TO_HTTPS -> Listener.HTTP;
                    case HTTPS -> Listener.HTTPS;
                    case TLS -> Listener.TLS;
                    case TCP -> Listener.TCP;
                },
                tls.listener(listener.type(), one.server()),
                allowed(one.namespaces()));
    }

    private Optional<AllowedRoutes> allowed(SortedSet<String> namespaces) {
        if (namespaces.equals(new TreeSet<>(List.of(namespace)))) {
            return Optional.empty();
        }
        RouteNamespaces from =
                namespaces.contains(ANY)
                        ? new RouteNamespaces(FromRoutes.All, Optional.empty())
                        : new RouteNamespaces(FromRoutes.Selector, Optional.of(named(namespaces)));
        return Optional.of(new AllowedRoutes(Optional.of(from), List.of()));
    }

    private static Selector named(SortedSet<String> namespaces) {
        var oneOf =
                new Requirement(NAMESPACE_NAME, Requirement.Operator.In, List.copyOf(namespaces));
        return new Selector(Map.of(), List.of(oneOf));
    }

    /// What is asked of clients, which the Gateway API says for a port.
    private Optional<GatewayTls> frontend() {
        var byPort = new TreeMap<Integer, List<Server>>();
        open.forEach((listener, one) -> {
            if (listener.type() == Traffic.HTTPS) {
                byPort.computeIfAbsent(listener.port(), _ -> new ArrayList<>()).add(one.server());
            }
        });
        var ports = new ArrayList<OfPort>();
        byPort.forEach((port, servers) ->
                tls.clients(servers)
                        .ifPresent(asked ->
                                ports.add(new OfPort(port, new PortTls(Optional.of(asked))))));
        return ports.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new GatewayTls(
                                Optional.empty(),
                                Optional.of(
                                        new FrontendTls(
                                                Optional.of(new PortTls(Optional.empty())),
                                                ports))));
    }

    private void sendToHttps(ListenerName listener, Open one) {
        if (listener.port() != HTTP) {
            losses.add(
                    one.server().gateway(),
                    SERVERS.index(one.server().index()).field("tls").field("httpsRedirect"),
                    "a redirect of the Gateway API leads to the port of https, not to "
                            + listener.port(),
                    "It leads to 443");
        }
        String route =
                documents.name(Kinds.HTTP_ROUTE, namespace, name + "-" + listener.name() + "-tls");
        documents.add(
                Kinds.HTTP_ROUTE,
                namespace,
                route,
                new HttpRoute(
                        List.of(
                                new ParentReference(
                                        Optional.empty(),
                                        Optional.empty(),
                                        name,
                                        Optional.empty(),
                                        Optional.of(listener.name()),
                                        OptionalInt.empty())),
                        List.of(),
                        List.of(
                                new HttpRoute.Rule(
                                        Optional.empty(),
                                        List.of(),
                                        List.of(
                                                FilterForms.redirect(
                                                        new HttpRouteFilter.RequestRedirect(
                                                                Optional.of(
                                                                        HttpRouteFilter.Scheme
                                                                                .https),
                                                                Optional.empty(),
                                                                Optional.empty(),
                                                                OptionalInt.empty(),
                                                                OptionalInt.of(MOVED)))),
                                        List.of(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty())),
                        Optional.empty()),
                of);
        // The route is the Gateway's own, whatever else the listener takes.
        if (!one.namespaces().contains(ANY)) {
            one.namespaces().add(namespace);
        }
    }
}
