package dev.heddle.model.service;

import java.util.Locale;
import java.util.Set;

/// What is spoken on a port, as Istio decides it from the port's declaration.
public enum AppProtocol {
    /// HTTP/1.1.
    HTTP,
    /// HTTP/2 without TLS.
    HTTP2,
    /// gRPC: HTTP/2 without TLS.
    GRPC,
    /// gRPC-Web from those who call, which becomes gRPC on the way to those who serve.
    GRPC_WEB,
    /// What is said to an HTTP proxy: HTTP/1.1 with whole URLs.
    HTTP_PROXY,
    /// HTTP inside of the client's own TLS.
    HTTPS,
    /// TLS with something inside.
    TLS,
    /// Bytes.
    TCP,
    /// MongoDB: treated as bytes.
    MONGO,
    /// Redis: treated as bytes.
    REDIS,
    /// MySQL: treated as bytes, where the server speaks first.
    MYSQL,
    /// Datagrams: not for a proxy.
    UDP,
    /// Not declared: each connection shows by its first bytes whether it is HTTP.
    UNSET;

    /// SMTP, DNS, MySQL, MongoDB: here the server may speak first, so there is nothing to look at.
    private static final Set<Integer> BYTES_UNLESS_DECLARED = Set.of(25, 53, 3306, 27017);

    /// What a port of a Kubernetes Service speaks.
    ///
    /// @param number of the service's port
    /// @param portName as in `http-web`: what stands before the first `-` counts
    /// @param appProtocol goes before the name; empty when absent
    /// @param transport TCP, UDP or SCTP; empty means TCP
    public static AppProtocol of(
            int number, String portName, String appProtocol, String transport) {
        if (transport.equalsIgnoreCase("UDP")) {
            return UDP;
        }
        switch (appProtocol) {
            case "kubernetes.io/h2c" -> {
                return HTTP2;
            }
            case "kubernetes.io/ws" -> {
                return HTTP;
            }
            case "kubernetes.io/wss" -> {
                return HTTPS;
            }
            default -> {}
        }
        String declared = appProtocol.isEmpty() ? portName : appProtocol;
        AppProtocol protocol = ofPrefix(declared);
        return protocol == UNSET && BYTES_UNLESS_DECLARED.contains(number) ? TCP : protocol;
    }

    private static AppProtocol ofPrefix(String name) {
        if (name.toLowerCase(Locale.ROOT).startsWith("grpc-web")) {
            return GRPC_WEB;
        }
        int dash = name.indexOf('-');
        return parse(dash < 0 ? name : name.substring(0, dash));
    }

    /// What a protocol's name in a ServiceEntry, Sidecar or Gateway means; [#UNSET] if it means
    /// nothing.
    public static AppProtocol parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "http" -> HTTP;
            case "http_proxy" -> HTTP_PROXY;
            case "http2" -> HTTP2;
            case "grpc" -> GRPC;
            case "grpc-web" -> GRPC_WEB;
            case "https" -> HTTPS;
            case "tls" -> TLS;
            case "tcp" -> TCP;
            case "mongo" -> MONGO;
            case "redis" -> REDIS;
            case "mysql" -> MYSQL;
            case "udp" -> UDP;
            default -> UNSET;
        };
    }

    /// Whether a proxy sees requests on such a port.
    public boolean isHttp() {
        return switch (this) {
            case HTTP, HTTP_PROXY, HTTP2, GRPC, GRPC_WEB -> true;
            case HTTPS, TLS, TCP, MONGO, REDIS, MYSQL, UDP, UNSET -> false;
        };
    }

    /// Whether those who serve such a port speak HTTP/2, and nothing else.
    public boolean isHttp2() {
        return this == HTTP2 || this == GRPC || this == GRPC_WEB;
    }

    /// Whether a client's own TLS goes through such a port.
    public boolean isTls() {
        return this == HTTPS || this == TLS;
    }
}
