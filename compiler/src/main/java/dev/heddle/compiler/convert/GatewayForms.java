package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Door.ListenerName;
import dev.heddle.compiler.convert.Door.Traffic;
import dev.heddle.compiler.convert.Options.ServiceName;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.select.Age;
import dev.heddle.compiler.select.MadeResource;
import dev.heddle.compiler.world.World;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns Istio's Gateways into those of the Gateway API: each host of a server is a listener.
///
/// At Istio several Gateways of the same proxies may have one host on one port, and are served
/// together. In the Gateway API that is one listener, which the first of them gets. What Ingresses
/// come to is one Gateway for all of them.
final class GatewayForms {
    private static final FieldPath SERVERS = FieldPath.of("spec", "servers");
    private static final String OF_INGRESSES = "ingress";

    private final World world;
    private final Options options;
    private final Documents documents;
    private final Losses losses;
    private final Map<String, GatewayDraft> drafts = new LinkedHashMap<>();
    private final List<Door> doors = new ArrayList<>();

    GatewayForms(World world, Options options, Documents documents, Losses losses) {
        this.world = world;
        this.options = options;
        this.documents = documents;
        this.losses = losses;
    }

    /// Makes the Gateways.
    ///
    /// @return the ways into the mesh
    List<Door> convert() {
        world.index().resources().all(Kinds.GATEWAY).stream()
                .sorted(Age.oldestFirst())
                .forEach(this::read);
        drafts.values().forEach(GatewayDraft::make);
        return List.copyOf(doors);
    }

    private void read(Resource<Gateway> gateway) {
        Optional<ServiceName> service = new Proxies(world, options).of(gateway);
        boolean isMade = !MadeResource.original(gateway).id().equals(gateway.id());
        String namespace = gateway.metadata().namespace();
        if (service.isEmpty()) {
            losses.add(
                    gateway,
                    FieldPath.of("spec", "selector"),
                    "no Service here chooses the proxies with "
                            + labels(gateway.spec().selector())
                            + ", which the Gateway API knows proxies by",
                    "Give the file of their Service, or name it with --gateway-service; or label"
                            + " the proxies gateway.networking.k8s.io/gateway-name: "
                            + (isMade ? OF_INGRESSES : gateway.metadata().name()));
        }
        String key = isMade ? OF_INGRESSES : namespace + "/" + gateway.metadata().name();
        GatewayDraft draft =
                drafts.computeIfAbsent(
                        key,
                        _ ->
                                new GatewayDraft(
                                        namespace,
                                        documents.name(
                                                Kinds.KUBERNETES_GATEWAY,
                                                namespace,
                                                isMade ? OF_INGRESSES : gateway.metadata().name()),
                                        gateway,
                                        service,
                                        options.gatewayClass(),
                                        world,
                                        documents,
                                        losses));
        for (int i = 0; i < gateway.spec().servers().size(); i++) {
            read(new Server(gateway, i, gateway.spec().servers().get(i)), draft);
        }
    }

    private static String labels(Map<String, String> selector) {
        var texts = new ArrayList<String>();
        new TreeMap<>(selector).forEach((key, value) -> texts.add(key + "=" + value));
        return texts.isEmpty() ? "any label" : String.join(",", texts);
    }

    private void read(Server server, GatewayDraft draft) {
        Optional<Traffic> type = type(server);
        if (type.isEmpty()) {
            return;
        }
        FieldPath path = SERVERS.index(server.index());
        besideOthers(server);
        if (!server.server().bind().isEmpty()) {
            losses.add(
                    server.gateway(),
                    path.field("bind"),
                    "a listener of the Gateway API is on every address",
                    "It is made without");
        }
        if (GatewayServers.isGrpcWeb(server.server())) {
            losses.add(
                    server.gateway(),
                    path.field("port").field("protocol"),
                    "gRPC-Web is not translated for the Gateway API",
                    "The listener takes HTTP");
        }
        for (String allowed : server.server().hosts()) {
            String host = allowed.substring(allowed.indexOf('/') + 1);
            if (!host.isEmpty()) {
                open(server, allowed, new Hostname(host), type.get(), draft);
            }
        }
    }

    /// A Gateway that is of the Gateway API already has its hosts for itself.
    private void besideOthers(Server server) {
        world.index().gatewayApi().gateways().stream()
                .filter(g ->
                        g.programmed().stream()
                                .anyMatch(l -> l.port() == server.server().port().number()))
                .findFirst()
                .ifPresent(g ->
                        losses.add(
                                server.gateway(),
                                SERVERS.index(server.index()).field("port"),
                                g.resource().id()
                                        + " has listeners on this port already, whose hosts are its"
                                        + " own",
                                "Bring both together by hand where they have hosts in common"));
    }

    private void open(
            Server server, String allowed, Hostname host, Traffic type, GatewayDraft draft) {
        int port = server.server().port().number();
        String proxies = labels(server.gateway().spec().selector());
        Optional<Door> there =
                doors.stream()
                        .filter(d -> d.listener().proxies().equals(proxies))
                        .filter(d -> d.listener().port() == port)
                        .filter(d -> d.listener().hostname().equals(host))
                        .filter(d -> d.listener().type().isBeside(type))
                        .findFirst();
        ListenerName listener =
                there.map(Door::listener)
                        .orElseGet(() -> draft.listener(server, host, type, proxies));
        if (there.isPresent()) {
            if (there.get().listener().type() != type) {
                losses.add(
                        server.gateway(),
                        SERVERS.index(server.index()),
                        "host '" + host + "' has another server on port " + port,
                        "The first one is a listener");
                return;
            }
            drafts.values().forEach(d -> d.allow(listener, allowed, server));
        } else {
            draft.allow(listener, allowed, server);
        }
        doors.add(new Door(server, allowed, listener, draft.viewer()));
    }

    /// Empty, and a loss, where the Gateway API has nothing like it.
    private Optional<Traffic> type(Server server) {
        Gateway.Server said = server.server();
        if (GatewayServers.isHttpsOnly(said)) {
            return Optional.of(Traffic.TO_HTTPS);
        }
        if (GatewayServers.isHttp(said)) {
            return Optional.of(Traffic.HTTP);
        }
        if (GatewayServers.isBytes(said)) {
            return Optional.of(Traffic.TCP);
        }
        if (GatewayServers.isPassedThrough(said)) {
            return Optional.of(Traffic.TLS);
        }
        FieldPath path = SERVERS.index(server.index());
        boolean isMesh =
                said.tls().filter(t -> t.mode() == ServerTlsSettings.Mode.ISTIO_MUTUAL).isPresent();
        if (GatewayServers.isHttps(said) && !isMesh) {
            return Optional.of(Traffic.HTTPS);
        }
        boolean isTls = AppProtocol.parse(said.port().protocol()).isTls() && said.tls().isPresent();
        losses.add(
                server.gateway(),
                isTls ? path.field("tls").field("mode") : path.field("port").field("protocol"),
                isTls
                        ? "mode "
                                + said.tls().get().mode()
                                + " of "
                                + said.port().protocol()
                                + " has no listener in the Gateway API"
                        : "'" + said.port().protocol() + "' has no listener in the Gateway API",
                "Nothing is made of this server");
        return Optional.empty();
    }
}
