package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import java.util.List;

/// Checks Gateways: which of their servers are served.
final class GatewayCheck {
    private GatewayCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<Gateway> gateway : index.resources().all(Kinds.GATEWAY)) {
            List<Gateway.Server> servers = gateway.spec().servers();
            for (int i = 0; i < servers.size(); i++) {
                String declared = servers.get(i).port().protocol();
                boolean isKnown = AppProtocol.parse(declared) != AppProtocol.UNSET;
                if (isKnown && !GatewayServers.isServed(servers.get(i))) {
                    findings.add(
                            DiagnosticCode.NOT_IMPLEMENTED,
                            gateway.origin(
                                    FieldPath.of("spec", "servers")
                                            .index(i)
                                            .field("port")
                                            .field("protocol")),
                            "a gateway does not serve " + spoken(servers.get(i)) + " yet",
                            "This server is left out; HTTP, HTTP2, GRPC, TCP, and TLS with mode"
                                    + " PASSTHROUGH are served");
                }
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
