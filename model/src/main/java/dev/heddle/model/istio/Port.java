package dev.heddle.model.istio;

import java.util.OptionalInt;

/// A port that a gateway or sidecar listens on.
///
/// @param number 1 to 65535; Sidecar's egress listeners know 0 too, for a path of a socket
/// @param protocol one of HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP, TLS
/// @param name unique among its siblings
/// @param targetPort no longer used by Istio
public record Port(int number, String protocol, String name, OptionalInt targetPort) {}
