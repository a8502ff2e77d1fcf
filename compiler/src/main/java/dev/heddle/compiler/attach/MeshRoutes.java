package dev.heddle.compiler.attach;

import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Routes of the mesh: those whose parent is a Service or a ServiceEntry (GAMMA).
///
/// A route in the namespace of its service is the producer's, and counts for every client. A route
/// in another namespace is a consumer's, and counts for clients in its own namespace, where it
/// takes the place of the producer's routes of its kind.
///
/// @param of by host and namespace of the service, in no order
public record MeshRoutes(Map<Place, List<ServiceRoute<?>>> of) {
    /// No routes.
    public static final MeshRoutes NONE = new MeshRoutes(Map.of());

    public MeshRoutes {
        of = Map.copyOf(of);
    }

    /// A service.
    ///
    /// @param namespace of the resource that names it
    public record Place(Hostname host, String namespace) {}

    /// A route for a service.
    ///
    /// @param type of the route
    /// @param port that it is for; 0 for all ports
    public record ServiceRoute<S>(RouteType type, AttachedRoute<S> route, int port) {
        String namespace() {
            return route.resource().metadata().namespace();
        }
    }

    /// The routes of a port of a service for one client, the oldest of a kind first.
    public record Chosen(
            List<AttachedRoute<HttpRoute>> http,
            List<AttachedRoute<GrpcRoute>> grpc,
            List<AttachedRoute<TlsRoute>> tls,
            List<AttachedRoute<TcpRoute>> tcp) {
        /// None.
        public static final Chosen NONE = new Chosen(List.of(), List.of(), List.of(), List.of());

        public Chosen {
            http = List.copyOf(http);
            grpc = List.copyOf(grpc);
            tls = List.copyOf(tls);
            tcp = List.copyOf(tcp);
        }

        /// Whether there is none at all.
        public boolean isEmpty() {
            return equals(NONE);
        }
    }

    /// Whether any route is for a service of that host.
    public boolean isAny(Hostname host, String namespace) {
        return of.containsKey(new Place(host, namespace));
    }

    /// The routes for requests of a client.
    ///
    /// @param namespace of the service's resource
    /// @param viewer namespace of the client
    public Chosen chosen(Hostname host, String namespace, int port, String viewer) {
        List<ServiceRoute<?>> all = of.getOrDefault(new Place(host, namespace), List.of());
        if (all.isEmpty()) {
            return Chosen.NONE;
        }
        return new Chosen(
                pick(all, RouteType.HTTP, namespace, port, viewer),
                pick(all, RouteType.GRPC, namespace, port, viewer),
                pick(all, RouteType.TLS, namespace, port, viewer),
                pick(all, RouteType.TCP, namespace, port, viewer));
    }

    @SuppressWarnings("unchecked") // a route is of its type by construction
    private static <S> List<AttachedRoute<S>> pick(
            List<ServiceRoute<?>> all, RouteType type, String namespace, int port, String viewer) {
        Function<String, List<AttachedRoute<S>>> from =
                where -> {
                    // A route with several references to one service is one route.
                    var once = new LinkedHashMap<Object, AttachedRoute<S>>();
                    for (ServiceRoute<?> r : all) {
                        if (r.type() == type
                                && (r.port() == 0 || r.port() == port)
                                && r.namespace().equals(where)) {
                            once.putIfAbsent(
                                    r.route().resource().id(), (AttachedRoute<S>) r.route());
                        }
                    }
                    return new ArrayList<>(once.values());
                };
        List<AttachedRoute<S>> own = viewer.equals(namespace) ? List.of() : from.apply(viewer);
        return own.isEmpty() ? from.apply(namespace) : own;
    }
}
