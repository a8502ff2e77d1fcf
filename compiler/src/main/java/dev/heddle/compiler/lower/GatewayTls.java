package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.lower.istio.L4Lowering;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.lower.istio.Ranges;
import dev.heddle.compiler.lower.istio.ServerTlsLowering;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.ServerTlsSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The filter chains of a gateway's port that are chosen by the server's name in the client hello:
/// each server with TLS has its own, with its own certificate and its own route table.
final class GatewayTls {
    private static final List<String> HTTP = List.of("h2", "http/1.1");

    private final GatewayTables tables;
    private final GatewayL4 l4;
    private final ServerTlsLowering lowering;
    private final MeshTls mesh;
    private final List<RouteConfiguration> routes;

    /// @param mesh how the gateway speaks the mesh's own TLS
    /// @param routes takes the servers' tables
    GatewayTls(
            GatewayTables tables,
            GatewayL4 l4,
            TlsSecrets secrets,
            MeshTls mesh,
            List<RouteConfiguration> routes) {
        this.tables = tables;
        this.l4 = l4;
        this.lowering = new ServerTlsLowering(secrets);
        this.mesh = mesh;
        this.routes = routes;
    }

    /// The chains, in the order of the servers. The first that is for a name has it.
    ///
    /// @param names that others have already
    List<FilterChain> chains(String listener, int port, List<Server> servers, ServerNames names) {
        var chains = new ArrayList<FilterChain>();
        var ranges = new Ranges();
        List<Server> https =
                servers.stream().filter(s -> GatewayServers.isHttps(s.server())).toList();
        for (Server server : servers) {
            if (GatewayServers.isPassedThrough(server.server())) {
                l4.passedThrough(listener, server, names, ranges, chains);
            } else if (GatewayServers.isTlsEnded(server.server())) {
                ended(listener, port, server, https, names, chains);
            }
        }
        return chains;
    }

    private void ended(
            String listener,
            int port,
            Server server,
            List<Server> https,
            ServerNames names,
            List<FilterChain> chains) {
        ServerTlsSettings tls = server.server().tls().orElseThrow();
        Origin origin =
                server.gateway()
                        .origin(FieldPath.of("spec", "servers").index(server.index()).field("tls"));
        boolean isHttps = GatewayServers.isHttps(server.server());
        List<L4Lowering.Plain> bytes = isHttps ? List.of() : l4.bytes(server);
        if (!isHttps && bytes.isEmpty()) {
            return;
        }
        List<String> free = names.take(server.hosts());
        if (free.isEmpty()) {
            return;
        }
        Optional<ServerTls> ended =
                Optional.of(
                        tls.mode() == ServerTlsSettings.Mode.ISTIO_MUTUAL
                                ? ServerTlsLowering.ofMesh(mesh, tls, isHttps)
                                : lowering.lower(tls, isHttps ? HTTP : List.of(), origin));
        if (isHttps) {
            Routes.Named table = named(server);
            List<Server> others = https.stream().filter(s -> !s.equals(server)).toList();
            routes.add(tables.ofServer(table.name(), port, server, others));
            chains.add(
                    new FilterChain(
                            listener + "_" + chains.size(),
                            Match.ofTls(free),
                            ended,
                            new Handling.Http("outbound_" + listener, table, true),
                            server.origin()));
            return;
        }
        var ranges = new Ranges();
        for (L4Lowering.Plain route : bytes) {
            ranges.take("", route.addresses(), route.sources())
                    .ifPresent(to ->
                            chains.add(
                                    new FilterChain(
                                            listener + "_" + chains.size(),
                                            Match.ofTls(free).between(route.sources(), to),
                                            ended,
                                            route.handling(),
                                            server.origin())));
            if (route.takesAll()) {
                return;
            }
        }
    }

    /// Two servers of one name are a mistake, which must not take the whole gateway with it.
    private Routes.Named named(Server server) {
        String name = GatewayTables.name(server);
        boolean isTaken = routes.stream().anyMatch(r -> r.name().equals(name));
        return new Routes.Named(isTaken ? name + "." + server.index() : name);
    }
}
