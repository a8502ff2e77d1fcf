package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsFailure;

/// Hears how [Wire#secure] went. One of the methods is called, once, unless the connection is
/// closed from here before.
public interface SecureOutcome {
    /// The handshake is done, [Wire#tls] tells of it; what is returned hears everything from now
    /// on.
    WireHandler onSecured(Wire wire);

    /// It failed. The connection closes by itself, after the other side was told.
    void onNotSecured(TlsFailure failure);
}
