package dev.heddle.proxy.upstream;

import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;

/// How a connection to a host is secured.
public sealed interface HostSecurity {
    /// Not at all.
    HostSecurity PLAIN = new Plain();

    /// Not at all.
    record Plain() implements HostSecurity {}

    /// By TLS.
    record Secured(TlsClient tls) implements HostSecurity {}

    /// By TLS, for which something is missing: no connection can be made.
    record NotReady(TlsFailure why) implements HostSecurity {}
}
