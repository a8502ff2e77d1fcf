package dev.heddle.compiler.attach;

import dev.heddle.model.Kind;
import dev.heddle.model.kinds.Kinds;

/// The kinds of routes.
public enum RouteType {
    /// HTTPRoute.
    HTTP,
    /// GRPCRoute.
    GRPC,
    /// TLSRoute.
    TLS,
    /// TCPRoute.
    TCP,
    /// UDPRoute.
    UDP;

    /// The kind of its resources.
    public Kind<?> kind() {
        return switch (this) {
            case HTTP -> Kinds.HTTP_ROUTE;
            case GRPC -> Kinds.GRPC_ROUTE;
            case TLS -> Kinds.TLS_ROUTE;
            case TCP -> Kinds.TCP_ROUTE;
            case UDP -> Kinds.UDP_ROUTE;
        };
    }
}
