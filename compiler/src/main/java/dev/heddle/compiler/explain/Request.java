package dev.heddle.compiler.explain;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request to explain.
///
/// @param method as in `GET`
/// @param scheme `http` or `https`; `tcp` or `tls` for bytes that are no HTTP
/// @param authority as the `Host` header says it, as in `reviews:9080`
/// @param serverName that the connection asks for where it is TLS: the URL's host
/// @param port that the connection is made to
/// @param path with its query, as in `/reviews/0?full=yes`
/// @param headers by lower-case name
/// @param caller who makes it; empty where that is not said
/// @param address that the connection is made to; empty where that is not said
public record Request(
        String method,
        String scheme,
        String authority,
        String serverName,
        int port,
        String path,
        Map<String, String> headers,
        Optional<Caller> caller,
        String address) {

    private static final String GRPC = "application/grpc";

    /// Who makes a request.
    ///
    /// @param name that it has proved, as in `spiffe://cluster.local/ns/a/sa/b`; empty for none
    /// @param address empty where that is not said
    public record Caller(String name, String address) {}

    /// One of which is not said who makes it.
    public Request(
            String method,
            String scheme,
            String authority,
            String serverName,
            int port,
            String path,
            Map<String, String> headers) {
        this(method, scheme, authority, serverName, port, path, headers, Optional.empty(), "");
    }

    /// The same, made by somebody.
    public Request by(Caller who) {
        return new Request(
                method,
                scheme,
                authority,
                serverName,
                port,
                path,
                headers,
                Optional.of(who),
                address);
    }

    public Request {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: '" + path + "' (expected: as in /a)");
        }
        var lower = new LinkedHashMap<String, String>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Collections.unmodifiableMap(lower);
    }

    /// Reads a URL, as in `http://reviews:9080/reviews/0`. A header `Host` overrides its authority.
    /// Schemes are `http`, `https`, `grpc`, `grpcs` (with the method as in `/shop.Cart/Add`), `ws`,
    /// `wss`, and for other bytes `tcp` and `tls`.
    ///
    /// @throws IllegalArgumentException when the URL is not an absolute one of such a scheme
    public static Request of(String method, String url, Map<String, String> headers) {
        int slashes = url.indexOf("://");
        String said = slashes < 1 ? "" : url.substring(0, slashes).toLowerCase(Locale.ROOT);
        String rest = url.substring(Math.max(0, slashes));
        return switch (said) {
            case "http", "https", "tcp", "tls" -> read(method, url, headers);
            case "grpc" -> read("POST", "http" + rest, with(headers, "content-type", GRPC));
            case "grpcs" -> read("POST", "https" + rest, with(headers, "content-type", GRPC));
            case "ws" -> read("GET", "http" + rest, with(headers, "upgrade", "websocket"));
            case "wss" -> read("GET", "https" + rest, with(headers, "upgrade", "websocket"));
            default ->
                    throw new IllegalArgumentException(
                            "url: '"
                                    + url
                                    + "' (expected: as in http://reviews:9080/reviews/0, with http,"
                                    + " https, grpc, grpcs, ws, wss, tcp or tls)");
        };
    }

    private static Map<String, String> with(
            Map<String, String> headers, String name, String value) {
        var all = new LinkedHashMap<String, String>();
        all.put(name, value);
        all.putAll(headers);
        return all;
    }

    private static Request read(String method, String url, Map<String, String> headers) {
        int slashes = url.indexOf("://");
        // A path is what a client may send, which need not be what it should.
        int end = end(url, slashes + "://".length());
        int fragment = url.indexOf('#', end);
        String path = url.substring(end, fragment < 0 ? url.length() : fragment);
        URI uri;
        try {
            uri = new URI(url.substring(0, end));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("url: '" + url + "' (" + e.getReason() + ")", e);
        }
        String scheme = url.substring(0, slashes).toLowerCase(Locale.ROOT);
        String authority = url.substring(slashes + "://".length(), end);
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']') && colon < authority.length() - 1;
        int port = scheme.equals("https") || scheme.equals("tls") ? 443 : 80;
        if (!hasPort && scheme.equals("tcp")) {
            throw new IllegalArgumentException("url: '" + url + "' (expected: a port)");
        }
        if (hasPort) {
            try {
                port = Integer.parseInt(authority.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "url: '" + url + "' (expected: a port number after the host)", e);
            }
        }
        path = path.startsWith("/") ? path : "/" + path;
        String server = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        Request request = new Request(method, scheme, authority, server, port, path, headers);
        String host = request.headers.get("host");
        return host == null
                ? request
                : new Request(method, scheme, host, server, port, path, headers);
    }

    private static int end(String url, int authority) {
        int end = authority;
        while (end < url.length() && "/?#\\".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /// The same with another path.
    Request at(String other) {
        return new Request(
                method, scheme, authority, serverName, port, other, headers, caller, address);
    }

    /// The same for another host.
    Request to(String other) {
        return new Request(method, scheme, other, serverName, port, path, headers, caller, address);
    }

    /// The same over a connection to somewhere else.
    Request over(String otherScheme, String otherName, int otherPort) {
        return new Request(
                method,
                otherScheme,
                authority,
                otherName,
                otherPort,
                path,
                headers,
                caller,
                otherName);
    }

    /// The same over a connection to that address, which the URL does not say.
    public Request via(String otherAddress) {
        return new Request(
                method, scheme, authority, serverName, port, path, headers, caller, otherAddress);
    }

    /// The same with other headers.
    Request with(Map<String, String> others) {
        return new Request(
                method, scheme, authority, serverName, port, path, others, caller, address);
    }

    /// The same without what its client means for the next hop alone (RFC 9110, section 7.6.1),
    /// which no rule sees.
    Request arrived() {
        String connection = headers.get("connection");
        if (connection == null) {
            return this;
        }
        var rest = new LinkedHashMap<>(headers);
        rest.remove("connection");
        for (String name : connection.split(",", -1)) {
            rest.remove(name.strip().toLowerCase(Locale.ROOT));
        }
        return with(rest);
    }

    /// Whether it is a call of gRPC.
    public boolean isGrpc() {
        String type = headers.getOrDefault("content-type", "");
        return type.equals(GRPC) || type.startsWith(GRPC + "+");
    }

    /// Whether it comes over TLS.
    boolean isTls() {
        return scheme.equals("https") || scheme.equals("tls");
    }

    /// Whether it is one of HTTP, and not just bytes.
    boolean isHttp() {
        return scheme.equals("http") || scheme.equals("https");
    }

    /// The authority without its port.
    public String host() {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    /// The path without its query.
    public String pathOnly() {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    /// The first value of a query parameter, as it was sent.
    public Optional<String> queryParameter(String name) {
        int query = path.indexOf('?');
        if (query < 0) {
            return Optional.empty();
        }
        for (String pair : path.substring(query + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            if ((equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
                return Optional.of(equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        return Optional.empty();
    }

    /// The value of a header, or of one of the pseudo headers `:method`, `:authority`, `:scheme`
    /// and `:path`.
    ///
    /// @param name lower case
    public Optional<String> header(String name) {
        return switch (name) {
            case ":method" -> Optional.of(method);
            case ":authority", "host" -> Optional.of(authority);
            case ":scheme" -> Optional.of(scheme);
            case ":path" -> Optional.of(path);
            default -> Optional.ofNullable(headers.get(name));
        };
    }
}
