package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.Listener;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.gatewayapi.UdpRoute;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A listener of a Gateway, its own or one of a ListenerSet.
///
/// @param owner the Gateway or ListenerSet
/// @param path of the listener in its owner, as in `spec.listeners[0]`
/// @param spec as it is written
/// @param protocol what is spoken; empty for one that nobody here speaks
/// @param hostname that it is for; [Hostname#ANY] for all
/// @param tls with HTTPS and TLS
/// @param kinds of routes that may attach
/// @param routes what is attached, whether it is programmed or not
/// @param conditions of its status
/// @param unresolved all that is not there of what it names; its status tells the first
public record AttachedListener(
        Resource<?> owner,
        FieldPath path,
        Listener spec,
        Optional<Protocol> protocol,
        Hostname hostname,
        Optional<ListenerTls> tls,
        List<RouteType> kinds,
        Routes routes,
        List<Condition> conditions,
        List<Condition> unresolved) {

    public AttachedListener {
        unresolved = List.copyOf(unresolved);
        kinds = List.copyOf(kinds);
        conditions = List.copyOf(conditions);
    }

    /// What is spoken at a listener.
    public enum Protocol {
        /// Requests in plain text.
        HTTP,
        /// Requests in TLS that ends here.
        HTTPS,
        /// TLS whose name chooses the route.
        TLS,
        /// Connections.
        TCP,
        /// Datagrams.
        UDP
    }

    /// Routes at a listener, the oldest of a kind first (then by namespace and name), which is the
    /// Gateway API's order of routes that are alike otherwise. HTTPRoutes and GRPCRoutes of one
    /// hostname are all served, as at Istio. Of several TCPRoutes (or UDPRoutes) only the first is
    /// to be served, and of several TLSRoutes the first that has the name.
    public record Routes(
            List<AttachedRoute<HttpRoute>> http,
            List<AttachedRoute<GrpcRoute>> grpc,
            List<AttachedRoute<TlsRoute>> tls,
            List<AttachedRoute<TcpRoute>> tcp,
            List<AttachedRoute<UdpRoute>> udp) {
        /// No routes.
        public static final Routes NONE =
                new Routes(List.of(), List.of(), List.of(), List.of(), List.of());

        public Routes {
            http = List.copyOf(http);
            grpc = List.copyOf(grpc);
            tls = List.copyOf(tls);
            tcp = List.copyOf(tcp);
            udp = List.copyOf(udp);
        }

        /// All of them, kind by kind.
        Stream<AttachedRoute<?>> all() {
            return Stream.of(http, grpc, tls, tcp, udp).flatMap(List::stream);
        }

        /// How many there are.
        public int count() {
            return http.size() + grpc.size() + tls.size() + tcp.size() + udp.size();
        }
    }

    /// The port that clients call.
    public int port() {
        return spec.port();
    }

    /// Whether proxies open it. One that is not programmed is as if it was not there.
    public boolean isProgrammed() {
        return is(Condition.PROGRAMMED);
    }

    /// Whether the condition of that type is there and says yes.
    boolean is(String type) {
        return conditions.stream().anyMatch(c -> c.type().equals(type) && c.isTrue());
    }

    /// Where it is written.
    public Origin origin() {
        return owner.origin(path);
    }

    AttachedListener with(Routes attached) {
        return new AttachedListener(
                owner,
                path,
                spec,
                protocol,
                hostname,
                tls,
                kinds,
                attached,
                conditions,
                unresolved);
    }
}
