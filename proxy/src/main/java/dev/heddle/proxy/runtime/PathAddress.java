package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The path of a Unix socket (`envoy.config.core.v3.Pipe`). Where other addresses stand it is an
/// unresolved one, whose host is its text.
///
/// @param path as in `/run/app.sock`, or `@app` for one that is no file
public record PathAddress(String path) {
    /// What the kernel takes.
    public static final int MOST_BYTES = 107;

    private static final String SCHEME = "unix:";

    public PathAddress {
        boolean isPath = path.startsWith("/") || (path.startsWith("@") && path.length() > 1);
        if (!isPath || path.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "path: '" + path + "' (expected: from '/' or '@' on, at most 107 bytes)");
        }
    }

    /// Null where it is another kind of address.
    public static @Nullable PathAddress of(InetSocketAddress address) {
        return address.isUnresolved() && address.getHostString().startsWith(SCHEME)
                ? new PathAddress(address.getHostString().substring(SCHEME.length()))
                : null;
    }

    public InetSocketAddress toSocketAddress() {
        return InetSocketAddress.createUnresolved(SCHEME + path, 0);
    }

    /// As Envoy shows it.
    @Override
    public String toString() {
        return path;
    }
}
