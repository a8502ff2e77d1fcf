package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.MeshRoutes.Chosen;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.Route;
import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;

/// The routes of a service for clients of the mesh.
public final class ServiceTable {
    private ServiceTable() {}

    /// The routes of requests to a port of the service, in the order of their precedence; none
    /// where no route looks at requests.
    public static List<Route> routes(Chosen chosen, int port, Services services) {
        return HostTable.ofService(chosen.http(), chosen.grpc(), port, services);
    }

    /// Where connections go.
    ///
    /// @param servers that a client hello names; none for any
    public record Bytes(List<String> servers, Handling.Tcp handling, Origin origin) {
        public Bytes {
            servers = List.copyOf(servers);
        }
    }

    /// Where connections go that are looked into no further than for a client hello.
    public static List<Bytes> tls(Chosen chosen, Services services) {
        return chosen.tls().stream()
                .map(route ->
                        new Bytes(
                                route.resource().spec().hostnames(),
                                BytesLowering.handling(route, services),
                                route.resource().origin(BytesLowering.RULE)))
                .toList();
    }

    /// Where connections go; empty where no route says it. Of several routes the first does.
    public static Optional<Bytes> tcp(Chosen chosen, Services services) {
        return chosen.tcp().stream()
                .findFirst()
                .map(route ->
                        new Bytes(
                                List.of(),
                                BytesLowering.handling(route, services),
                                route.resource().origin(BytesLowering.RULE)));
    }
}
