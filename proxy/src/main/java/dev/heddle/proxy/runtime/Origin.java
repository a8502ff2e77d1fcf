package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Whose connection it is that this proxy makes to a listener of its own.
///
/// @param local where the client's connection was made to; null where that is not told
/// @param remote the client; null where that is not told
public record Origin(@Nullable InetSocketAddress local, @Nullable InetSocketAddress remote) {
    /// Nothing is told.
    public static final Origin UNTOLD = new Origin(null, null);
}
