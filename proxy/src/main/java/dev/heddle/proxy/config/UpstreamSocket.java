package dev.heddle.proxy.config;

import dev.heddle.proxy.tls.UpstreamTls;
import dev.heddle.proxy.upstream.ProxyHeader;
import java.util.Optional;

/// How a connection to a host begins.
///
/// @param tls absent for a plain one
/// @param header that goes before everything else; absent for none
/// @param tellsDestination whether a listener of this proxy is told what is known of the host's
///   destination
public record UpstreamSocket(
        Optional<UpstreamTls> tls, Optional<ProxyHeader> header, boolean tellsDestination) {
    /// Nothing special.
    public static final UpstreamSocket PLAIN =
            new UpstreamSocket(Optional.empty(), Optional.empty(), false);
}
