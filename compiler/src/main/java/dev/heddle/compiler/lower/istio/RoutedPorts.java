package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.List;

/// What routes say of ports of services, which nobody else counts.
///
/// @param isGateway whether it is for a gateway; else only who is asked whether requests may pass
///   says something
record RoutedPorts(GatewayApi api, boolean isGateway) {

    /// The ports to which datagrams are led; all others are called as if there were no mesh.
    List<Integer> datagrams(MeshService service) {
        return isGateway
                ? service.service().ports().stream()
                        .filter(p -> p.protocol() == AppProtocol.UDP)
                        .map(Port::number)
                        .filter(p ->
                                api.takesDatagrams(
                                        service.service().host(), service.service().namespace(), p))
                        .toList()
                : List.of();
    }

    /// The ports that do not say what they speak, and to which calls of gRPC are led.
    List<Integer> calls(MeshService service) {
        return service.service().ports().stream()
                .filter(p -> takesCalls(service, p))
                .map(Port::number)
                .toList();
    }

    /// What is spoken there, as far as anybody says it.
    AppProtocol protocol(MeshService service, Port port) {
        return takesCalls(service, port) ? AppProtocol.GRPC : port.protocol();
    }

    private boolean takesCalls(MeshService service, Port port) {
        if (port.protocol() != AppProtocol.UNSET) {
            return false;
        }
        Hostname host = service.service().host();
        String namespace = service.service().namespace();
        return api.isAsked(host, namespace, port.number())
                || (isGateway && api.takesCalls(host, namespace, port.number()));
    }
}
