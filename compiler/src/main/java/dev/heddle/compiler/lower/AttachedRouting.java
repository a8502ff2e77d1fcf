package dev.heddle.compiler.lower;

import dev.heddle.compiler.attach.MeshRoutes.Chosen;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.lower.gatewayapi.ServiceTable;
import dev.heddle.compiler.lower.gatewayapi.ServiceTable.Bytes;
import dev.heddle.compiler.lower.istio.ServiceRouting;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import java.util.List;
import java.util.Optional;

/// The Gateway API's routes of services, for clients of one outlook.
final class AttachedRouting implements ServiceRouting {
    private final MeshIndex index;
    private final String viewer;
    private final RouteServices services;

    AttachedRouting(MeshIndex index, Outlook outlook) {
        this.index = index;
        this.viewer = outlook.namespace();
        this.services = new RouteServices(index, outlook.namespace(), outlook.labels());
    }

    @Override
    public Optional<List<Route>> routes(MeshService service, int port) {
        Chosen chosen = chosen(service, port);
        return chosen.http().isEmpty() && chosen.grpc().isEmpty()
                ? Optional.empty()
                : Optional.of(ServiceTable.routes(chosen, port, services));
    }

    /// Whether some route decides for each request.
    boolean looksAtRequests(MeshService service, int port) {
        Chosen chosen = chosen(service, port);
        return !chosen.http().isEmpty() || !chosen.grpc().isEmpty();
    }

    /// Where connections of TLS go; none where no route is for that port of the service.
    List<Bytes> tls(MeshService service, int port) {
        return ServiceTable.tls(chosen(service, port), services);
    }

    /// Where connections go; empty where no route is for that port of the service.
    Optional<Bytes> tcp(MeshService service, int port) {
        return ServiceTable.tcp(chosen(service, port), services);
    }

    private Chosen chosen(MeshService service, int port) {
        return index.gatewayApi()
                .meshRoutes()
                .chosen(service.service().host(), service.metadata().namespace(), port, viewer);
    }
}
