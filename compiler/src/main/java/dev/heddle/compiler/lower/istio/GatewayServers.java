package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Which ports a gateway opens, and for whom.
public final class GatewayServers {
    /// Names the Services of a Gateway's workloads, in place of their labels: as whoever makes
    /// Gateways out of other resources writes it.
    private static final String SERVICES = "internal.istio.io/gateway-service";

    /// A Service of this label maps no port of a Gateway that chooses by labels.
    private static final String UNTRANSLATED =
            "experimental.istio.io/disable-gateway-port-translation";

    private GatewayServers() {}

    /// One server of a Gateway.
    ///
    /// @param index of the server in its Gateway
    public record Server(Resource<Gateway> gateway, int index, Gateway.Server server) {
        /// As in `default/bookinfo-gateway`.
        public String gatewayName() {
            return gateway.metadata().namespace() + "/" + gateway.metadata().name();
        }

        /// The hosts that it is for, without the namespaces of those who may speak about them.
        public List<String> hosts() {
            return server.hosts().stream()
                    .map(h -> h.substring(h.indexOf('/') + 1))
                    .filter(h -> !h.isEmpty())
                    .distinct()
                    .toList();
        }

        /// What policies may call it.
        ///
        /// @param section its name, or that of its port
        PolicyTarget target(String section) {
            return new PolicyTarget(
                    PolicyTarget.ISTIO,
                    "Gateway",
                    gateway.metadata().namespace(),
                    gateway.metadata().name(),
                    section);
        }

        /// The line of the server.
        public Origin origin() {
            return gateway.origin(FieldPath.of("spec", "servers").index(index));
        }
    }

    /// The servers of the Gateways that choose a workload of these labels, by the port that the
    /// workload listens on. A port that a Service of the workload maps is mapped, as from 80 to
    /// 8080.
    public static SortedMap<Integer, List<Server>> byPort(World world, ProxyScope scope) {
        MeshIndex index = world.index();
        String namespace = scope.namespace();
        Map<String, String> labels = scope.labels();
        var found = new TreeMap<Integer, List<Server>>();
        for (Resource<Gateway> gateway : index.gateways(labels)) {
            Optional<String> named =
                    Optional.ofNullable(gateway.metadata().annotations().get(SERVICES));
            List<MeshService> own =
                    named
                            .map(names -> named(index, gateway, names, namespace, labels))
                            .orElseGet(() -> world.services(scope))
                            .stream()
                            .map(s -> s.at(scope.node().addresses()))
                            .toList();
            List<Gateway.Server> servers = gateway.spec().servers();
            for (int i = 0; i < servers.size(); i++) {
                Gateway.Server server = servers.get(i);
                if (!isServed(server)) {
                    continue;
                }
                for (int port : listening(server.port().number(), own, named.isPresent())) {
                    List<Server> there = found.computeIfAbsent(port, _ -> new ArrayList<>());
                    if (there.stream().allMatch(one -> isBeside(one.server(), server))) {
                        there.add(new Server(gateway, i, server));
                    }
                }
            }
        }
        return found;
    }

    /// Those of the named services that the workload is part of. Of a service whose endpoints are
    /// listed one by one everybody is who the Gateway chooses.
    private static List<MeshService> named(
            MeshIndex index,
            Resource<Gateway> gateway,
            String names,
            String namespace,
            Map<String, String> labels) {
        return Stream.of(names.split(","))
                .flatMap(name ->
                        index.services().find(new Hostname(name.strip()), namespace).stream())
                .filter(s -> s.service().namespace().equals(gateway.metadata().namespace()))
                .filter(s -> s.workloads().isEmpty() || s.consistsOf(namespace, labels))
                .toList();
    }

    /// Whether two servers may share a port, as in Istio: both have requests routed, or both are
    /// told apart by the name in the client hello. Bytes are one server's alone.
    public static boolean isBeside(Gateway.Server one, Gateway.Server other) {
        boolean areTls =
                AppProtocol.parse(one.port().protocol()).isTls()
                        && AppProtocol.parse(other.port().protocol()).isTls();
        return areTls || (isHttp(one) && isHttp(other));
    }

    /// Whether this version serves it: plain HTTP, bytes, or TLS that ends here or is passed
    /// through, on a port that can be.
    public static boolean isServed(Gateway.Server server) {
        return (isHttp(server)
                        || isBytes(server)
                        || isPassedThrough(server)
                        || isAutoPassedThrough(server)
                        || isTlsEnded(server))
                && server.port().number() >= 1
                && server.port().number() <= 65_535;
    }

    /// Whether its requests are routed one by one.
    public static boolean isHttp(Gateway.Server server) {
        return AppProtocol.parse(server.port().protocol()).isHttp();
    }

    /// Whether its clients may speak gRPC-Web.
    public static boolean isGrpcWeb(Gateway.Server server) {
        return AppProtocol.parse(server.port().protocol()) == AppProtocol.GRPC_WEB;
    }

    /// Whether its connections go wherever the port leads.
    public static boolean isBytes(Gateway.Server server) {
        return switch (AppProtocol.parse(server.port().protocol())) {
            case TCP, MONGO, REDIS, MYSQL -> true;
            case HTTP, HTTP_PROXY, HTTP2, GRPC, GRPC_WEB, HTTPS, TLS, UDP, UNSET -> false;
        };
    }

    /// Whether its connections go where the name in their client hello leads, still encrypted.
    public static boolean isPassedThrough(Gateway.Server server) {
        return AppProtocol.parse(server.port().protocol()).isTls()
                && server.tls()
                        .filter(tls -> tls.mode() == ServerTlsSettings.Mode.PASSTHROUGH)
                        .isPresent();
    }

    /// Whether its connections go to the cluster that their client hello names, still encrypted.
    public static boolean isAutoPassedThrough(Gateway.Server server) {
        return AppProtocol.parse(server.port().protocol()).isTls()
                && server.tls()
                        .filter(tls -> tls.mode() == ServerTlsSettings.Mode.AUTO_PASSTHROUGH)
                        .isPresent();
    }

    /// Whether its connections are decrypted here.
    public static boolean isTlsEnded(Gateway.Server server) {
        return AppProtocol.parse(server.port().protocol()).isTls()
                && server.tls().filter(ServerTlsLowering::isEnded).isPresent();
    }

    /// Whether its connections are decrypted here and their requests routed one by one.
    public static boolean isHttps(Gateway.Server server) {
        return isTlsEnded(server)
                && AppProtocol.parse(server.port().protocol()) == AppProtocol.HTTPS;
    }

    /// Whether requests that come without TLS are sent to `https`.
    public static boolean isHttpsOnly(Gateway.Server server) {
        return isHttp(server) && server.tls().filter(ServerTlsSettings::httpsRedirect).isPresent();
    }

    /// Where a workload that is part of these services listens for calls to a port.
    public static int listening(int port, List<MeshService> own) {
        return listening(port, own, false).getFirst();
    }

    /// Where the workload listens for that port of its Services. Of Services that a Gateway names
    /// each counts, and nothing else; of others the first that has the port, and does not say that
    /// its ports are nobody else's.
    private static List<Integer> listening(int port, List<MeshService> own, boolean isNamed) {
        List<Integer> ports =
                own.stream()
                        .filter(s -> s.service().port(port).isPresent())
                        .filter(s -> isNamed || !s.metadata().labels().containsKey(UNTRANSLATED))
                        .map(s -> s.target(port))
                        .distinct()
                        .toList();
        if (isNamed) {
            return ports;
        }
        return List.of(ports.isEmpty() ? port : ports.getFirst());
    }
}
