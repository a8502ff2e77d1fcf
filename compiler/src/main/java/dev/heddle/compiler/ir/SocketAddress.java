package dev.heddle.compiler.ir;

/// An address and a port of it, or a socket's path.
///
/// @param host an IP address, a host name where a cluster looks it up, or a path as in
///   `unix:///run/app.sock`
/// @param port from 0 (any) to 65535; 0 with a path
public record SocketAddress(String host, int port) implements Comparable<SocketAddress> {
    public SocketAddress {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host: '' (expected: not empty)");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
    }

    /// A socket's path, as in `unix:///run/app.sock`.
    public static SocketAddress ofPath(String path) {
        return new SocketAddress(path, 0);
    }

    /// Whether it is a socket's path.
    public boolean isPath() {
        return host.startsWith("unix:");
    }

    /// Reads `127.0.0.1:9080` or `[::1]:9080`.
    ///
    /// @throws IllegalArgumentException when the text is no address with a port
    public static SocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException(
                    "address: '" + text + "' (expected: as in 127.0.0.1:9080)");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new SocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "address: '" + text + "' (expected: a port number after the colon)", e);
        }
    }

    @Override
    public int compareTo(SocketAddress other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    /// As in `127.0.0.1:9080`, with brackets around an IPv6 address; a path as it is.
    @Override
    public String toString() {
        if (isPath()) {
            return host;
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
