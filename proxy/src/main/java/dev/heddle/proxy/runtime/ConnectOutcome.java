package dev.heddle.proxy.runtime;

/// Hears how [Worker#connect] went.
public interface ConnectOutcome {
    /// The connection is up; what is returned hears everything about it from now on.
    WireHandler onConnected(Wire wire);

    /// @param cause as the system says it: refused, unreachable
    void onConnectFailed(Throwable cause);
}
