package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.model.istio.PeerAuthentication.MutualTls.Mode;
import dev.heddle.model.service.AppProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One of the ways in which connections to a port of a workload come in, as Istio tells them apart:
/// by the TLS inspector and by what the client hello says is spoken inside.
///
/// @param match without the port
/// @param tls how TLS ends here; empty where bytes are taken as they come
/// @param isHttp whether requests are looked at
record InboundWay(Match match, Optional<ServerTls> tls, boolean isHttp) {
    private static final List<String> HTTP_IN_MESH =
            List.of("istio-http/1.0", "istio-http/1.1", "istio-h2");
    private static final List<String> BYTES_IN_MESH = List.of("istio-peer-exchange", "istio");
    private static final List<String> IN_MESH =
            List.of("istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2");

    /// The ways into a port, the narrower first.
    ///
    /// A proxy that has no identity takes plain text, as if nobody spoke anything else, unless it
    /// is told to be strict: then it takes nothing.
    static List<InboundWay> of(AppProtocol protocol, Mode mode, MeshTls mesh) {
        return switch (mode) {
            case STRICT -> strict(protocol, mesh);
            case PERMISSIVE, UNSET -> mesh.isIdentified() ? both(protocol, mesh) : plain(protocol);
            case DISABLE -> plain(protocol);
        };
    }

    private static List<InboundWay> plain(AppProtocol protocol) {
        if (protocol != AppProtocol.UNSET) {
            return List.of(new InboundWay(Match.ALL, Optional.empty(), protocol.isHttp()));
        }
        // A chain for some of the plain connections keeps all of them from one for any.
        return List.of(
                new InboundWay(Match.ofHttp(), Optional.empty(), true),
                new InboundWay(Match.ofPlain(), Optional.empty(), false),
                new InboundWay(Match.ofTls(List.of("*")), Optional.empty(), false));
    }

    private static List<InboundWay> strict(AppProtocol protocol, MeshTls mesh) {
        var ways = new ArrayList<InboundWay>();
        if (protocol == AppProtocol.UNSET) {
            ways.add(secured(HTTP_IN_MESH, mesh, true));
        }
        boolean isHttp = protocol.isHttp();
        ways.add(
                new InboundWay(
                        Match.ofTls(List.of("*")), Optional.of(mesh.server(isHttp)), isHttp));
        return ways;
    }

    /// TLS that is not the mesh's is the workload's own, where its port is not known to speak HTTP.
    private static List<InboundWay> both(AppProtocol protocol, MeshTls mesh) {
        var ways = new ArrayList<InboundWay>();
        if (protocol.isHttp()) {
            ways.add(secured(IN_MESH, mesh, true));
            ways.add(new InboundWay(Match.ofPlain(), Optional.empty(), true));
            return ways;
        }
        boolean isUnknown = protocol == AppProtocol.UNSET;
        if (isUnknown) {
            ways.add(secured(HTTP_IN_MESH, mesh, true));
            ways.add(new InboundWay(Match.ofHttp(), Optional.empty(), true));
        }
        ways.add(secured(isUnknown ? BYTES_IN_MESH : IN_MESH, mesh, false));
        ways.add(new InboundWay(Match.ofPlain(), Optional.empty(), false));
        ways.add(new InboundWay(Match.ofTls(List.of("*")), Optional.empty(), false));
        return ways;
    }

    private static InboundWay secured(List<String> protocols, MeshTls mesh, boolean isHttp) {
        return new InboundWay(Match.ofMesh(protocols), Optional.of(mesh.server(isHttp)), isHttp);
    }
}
