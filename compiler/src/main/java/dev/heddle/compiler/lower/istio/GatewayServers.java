package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.service.AppProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which ports a gateway opens, and for whom.
public final class GatewayServers {
    private GatewayServers() {}

    /// One server of a Gateway.
    ///
    /// @param index of the server in its Gateway
    public record Server(Resource<Gateway> gateway, int index, Gateway.Server server) {
        /// As in `default/bookinfo-gateway`.
        public String gatewayName() {
            return gateway.metadata().namespace() + "/" + gateway.metadata().name();
        }

        /// The line of the server.
        public Origin origin() {
            return gateway.origin(FieldPath.of("spec", "servers").index(index));
        }
    }

    /// The HTTP servers of the Gateways that choose a workload of these labels, by the port that
    /// the workload listens on. A port that a Service of the workload maps is mapped, as from 80 to
    /// 8080.
    public static SortedMap<Integer, List<Server>> httpByPort(
            MeshIndex index, String namespace, Map<String, String> labels) {
        List<MeshService> own = index.services().of(namespace, labels);
        var byPort = new TreeMap<Integer, List<Server>>();
        for (Resource<Gateway> gateway : index.gateways(labels)) {
            List<Gateway.Server> servers = gateway.spec().servers();
            for (int i = 0; i < servers.size(); i++) {
                Gateway.Server server = servers.get(i);
                if (isServed(server)) {
                    byPort.computeIfAbsent(
                                    listening(server.port().number(), own), _ -> new ArrayList<>())
                            .add(new Server(gateway, i, server));
                }
            }
        }
        return byPort;
    }

    /// Whether this version serves it: plain HTTP on a port that can be.
    public static boolean isServed(Gateway.Server server) {
        return AppProtocol.parse(server.port().protocol()).isHttp()
                && server.port().number() >= 1
                && server.port().number() <= 65_535;
    }

    private static int listening(int port, List<MeshService> own) {
        return own.stream()
                .filter(s -> s.service().port(port).isPresent())
                .map(s -> s.target(port))
                .findFirst()
                .orElse(port);
    }
}
