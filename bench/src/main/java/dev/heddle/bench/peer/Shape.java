package dev.heddle.bench.peer;

import java.nio.file.Path;
import java.util.Optional;

/// What a proxy has to do, independent of which proxy it is.
///
/// @param wire what it speaks, on both sides
/// @param hosts how many virtual hosts it knows, named by [#host], each with a cluster of its own;
///   0 means that everything goes to one cluster
/// @param routesPerHost how many routes each virtual host has, by path prefix
/// @param mesh whether it does what a sidecar does to each request: an access log in a file, a
///   request id, a header set, a header removed, a response header set
/// @param telling what is told of requests
/// @param inside certificates for mutual TLS on the client's side; absent in cleartext
/// @param outside certificates for mutual TLS on the origin's side; absent in cleartext
public record Shape(
        Wire wire,
        int hosts,
        int routesPerHost,
        boolean mesh,
        Telling telling,
        Optional<Path> inside,
        Optional<Path> outside) {

    /// What is told of requests.
    public enum Telling {
        /// Nothing but the proxy's own statistics.
        NOTHING,
        /// An access log in a file.
        LOG,
        /// That, Istio's metrics, and one trace of a hundred.
        EVERYTHING
    }

    /// What a proxy speaks, on both sides.
    public enum Wire {
        TCP,
        HTTP1,
        HTTP2
    }

    public Shape {
        if (hosts < 0 || routesPerHost < 0 || (hosts == 0) != (routesPerHost == 0)) {
            throw new IllegalArgumentException(
                    "hosts, routesPerHost: "
                            + hosts
                            + ", "
                            + routesPerHost
                            + " (expected: both positive, or both 0)");
        }
    }

    /// Bytes in, bytes out.
    public static Shape tcp() {
        return new Shape(
                Wire.TCP, 0, 0, false, Telling.NOTHING, Optional.empty(), Optional.empty());
    }

    /// HTTP with one route and nothing else.
    public static Shape plain(Wire wire) {
        return new Shape(wire, 0, 0, false, Telling.NOTHING, Optional.empty(), Optional.empty());
    }

    /// HTTP as a sidecar does it: so many routes over so many hosts, and all the work of a mesh.
    public static Shape mesh(Wire wire, int hosts, int routesPerHost) {
        return new Shape(
                wire, hosts, routesPerHost, true, Telling.LOG, Optional.empty(), Optional.empty());
    }

    /// The same, with mutual TLS on the client's side.
    public Shape tlsInside(Path certificates) {
        return new Shape(
                wire, hosts, routesPerHost, mesh, telling, Optional.of(certificates), outside);
    }

    /// The same, with mutual TLS on the origin's side.
    public Shape tlsOutside(Path certificates) {
        return new Shape(
                wire, hosts, routesPerHost, mesh, telling, inside, Optional.of(certificates));
    }

    /// The same, with another number of routes for each host.
    public Shape withRoutes(int perHost) {
        return new Shape(wire, hosts, perHost, mesh, telling, inside, outside);
    }

    /// The same, of whose requests something else is told.
    public Shape telling(Telling other) {
        return new Shape(wire, hosts, routesPerHost, mesh, other, inside, outside);
    }

    /// The name of a virtual host.
    public static String host(int index) {
        return "svc-" + index + ".bench";
    }

    /// The prefix that a route matches.
    public static String prefix(int index) {
        return "/r/" + index + "/";
    }

    /// The authority that a load should ask for: a host in the middle of the table.
    public String busyHost() {
        return hosts == 0 ? "bench" : host(hosts / 2);
    }

    /// The path that a load should ask for, ending with the answer's size or with `echo`.
    public String busyPath(String end) {
        return routesPerHost == 0 ? "/x/" + end : prefix(routesPerHost / 2) + end;
    }
}
