package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsFailure;
import java.io.IOException;

/// A connection came about, and its handshake failed.
public final class HandshakeException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient TlsFailure failure;

    HandshakeException(TlsFailure failure) {
        super(failure.why());
        this.failure = failure;
    }

    public TlsFailure failure() {
        return failure;
    }
}
