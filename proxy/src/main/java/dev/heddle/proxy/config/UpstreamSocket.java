package dev.heddle.proxy.config;

import dev.heddle.proxy.tls.UpstreamTls;
import dev.heddle.proxy.upstream.ProxyHeader;
import java.util.Optional;

/// How a connection to a host begins.
///
/// @param tls absent for a plain one
/// @param header that goes before everything else; absent for none
public record UpstreamSocket(Optional<UpstreamTls> tls, Optional<ProxyHeader> header) {
    /// Nothing special.
    public static final UpstreamSocket PLAIN =
            new UpstreamSocket(Optional.empty(), Optional.empty());
}
