package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.select.Age;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Checks Gateways: which of their servers are served.
final class GatewayCheck {
    private GatewayCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        // By selector and port: which gateways share a port depends on their workloads.
        Map<String, Map<String, Resource<Gateway>>> taken = new HashMap<>();
        Map<String, GatewayServers.Server> ports = new HashMap<>();
        for (Resource<Gateway> gateway :
                index.resources().all(Kinds.GATEWAY).stream().sorted(Age.oldestFirst()).toList()) {
            List<Gateway.Server> servers = gateway.spec().servers();
            for (int i = 0; i < servers.size(); i++) {
                Gateway.Server server = servers.get(i);
                FieldPath path = FieldPath.of("spec", "servers").index(i);
                served(gateway, server, path, findings);
                if (GatewayServers.isServed(server)) {
                    shared(new GatewayServers.Server(gateway, i, server), path, ports, findings);
                }
                if (GatewayServers.isTlsEnded(server)) {
                    FieldPath tls = path.field("tls");
                    server.tls()
                            .ifPresent(t ->
                                    new ServerTlsCheck(index.credentials(), gateway, findings)
                                            .check(t, tls));
                    String port = gateway.spec().selector() + ":" + server.port().number();
                    conflicts(
                            new GatewayServers.Server(gateway, i, server),
                            path,
                            taken.computeIfAbsent(port, _ -> new HashMap<>()),
                            findings);
                }
            }
        }
    }

    /// Of servers that cannot share a port the first has it.
    private static void shared(
            GatewayServers.Server server,
            FieldPath path,
            Map<String, GatewayServers.Server> ports,
            Diagnostics findings) {
        String port = server.gateway().spec().selector() + ":" + server.server().port().number();
        GatewayServers.Server first = ports.putIfAbsent(port, server);
        if (first != null && !GatewayServers.isBeside(first.server(), server.server())) {
            findings.add(
                    DiagnosticCode.CONFLICT,
                    server.gateway().origin(path.field("port")),
                    "port "
                            + server.server().port().number()
                            + " is "
                            + first.gateway().id()
                            + "'s already, for "
                            + first.server().port().protocol(),
                    "This server is left out; give it a port of its own");
        }
    }

    private static void served(
            Resource<Gateway> gateway,
            Gateway.Server server,
            FieldPath path,
            Diagnostics findings) {
        String declared = server.port().protocol();
        boolean isKnown = AppProtocol.parse(declared) != AppProtocol.UNSET;
        if (isKnown && !GatewayServers.isServed(server)) {
            findings.add(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    gateway.origin(path.field("port").field("protocol")),
                    "a gateway does not serve " + spoken(server) + " yet",
                    "This server is left out; HTTP, HTTP2, GRPC, TCP, and HTTPS and TLS with mode"
                            + " SIMPLE, MUTUAL, OPTIONAL_MUTUAL (from TLS 1.2, with a certificate),"
                            + " ISTIO_MUTUAL, PASSTHROUGH or AUTO_PASSTHROUGH are served");
        }
    }

    /// Of two servers for one name the first has it, and a client hello says no more than the name.
    private static void conflicts(
            GatewayServers.Server server,
            FieldPath path,
            Map<String, Resource<Gateway>> taken,
            Diagnostics findings) {
        for (String host : server.hosts()) {
            Resource<Gateway> other = taken.putIfAbsent(host, server.gateway());
            if (other != null) {
                findings.add(
                        other.id().equals(server.gateway().id())
                                ? DiagnosticCode.CONFLICT
                                : DiagnosticCode.CONFLICTING_GATEWAYS,
                        server.gateway().origin(path.field("hosts")),
                        "TLS for '"
                                + host
                                + "' on port "
                                + server.server().port().number()
                                + " is "
                                + other.id()
                                + "'s already",
                        "This server is not asked for it; give the host to one of them");
            }
        }
    }

    private static String spoken(Gateway.Server server) {
        String protocol = server.port().protocol();
        return server.tls()
                .filter(_ -> AppProtocol.parse(protocol).isTls())
                .map(tls -> protocol + " with tls.mode " + tls.mode())
                .orElse(protocol);
    }
}
