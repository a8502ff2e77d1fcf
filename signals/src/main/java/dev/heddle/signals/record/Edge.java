package dev.heddle.signals.record;

/// Calls that are counted together: who calls whom, by what, and who says so.
///
/// @param reporter whose proxy tells
/// @param protocol `http`, `grpc` or `tcp`
/// @param route the name of the route; empty where it is not known
public record Edge(
        Side reporter,
        Party source,
        Party destination,
        String protocol,
        String route,
        Secure secure) {

    /// The edge of a request.
    public static Edge of(RequestLog log) {
        return new Edge(
                log.reporter().side(),
                log.source(),
                log.destination(),
                log.request().protocol(),
                log.way().route(),
                log.way().secure());
    }

    /// The end where its reporter stands.
    public Party own() {
        return reporter == Side.SOURCE ? source : destination;
    }
}
