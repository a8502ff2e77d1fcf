package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.MeshRoutes.Chosen;
import dev.heddle.compiler.ir.Route;
import java.util.List;

/// The routes of a service for clients of the mesh.
public final class ServiceTable {
    private ServiceTable() {}

    /// The routes of requests to a port of the service, in the order of their precedence; none
    /// where no route looks at requests.
    public static List<Route> routes(Chosen chosen, int port, Services services) {
        return HostTable.ofService(chosen.http(), chosen.grpc(), port, services);
    }
}
