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
                String protocol = servers.get(i).port().protocol();
                boolean isKnown = AppProtocol.parse(protocol) != AppProtocol.UNSET;
                if (isKnown && !GatewayServers.isServed(servers.get(i))) {
                    findings.add(
                            DiagnosticCode.NOT_IMPLEMENTED,
                            gateway.origin(
                                    FieldPath.of("spec", "servers")
                                            .index(i)
                                            .field("port")
                                            .field("protocol")),
                            "a gateway does not serve " + protocol + " yet",
                            "This server is left out; HTTP, HTTP2 and GRPC are served");
                }
            }
        }
    }
}
