package dev.heddle.proxy.runtime;

/// Hears how [Worker#listen] went.
public interface ListenOutcome {
    void onListening(ListenSocket socket);

    /// @param cause as the system says it: address in use, permission denied
    void onListenFailed(Throwable cause);
}
