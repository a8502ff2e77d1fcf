package dev.heddle.proxy.runtime;

/// Hears how [Worker#listenDatagrams] went.
public interface DatagramOutcome {
    void onListening(Datagrams socket);

    /// @param cause as the system says it: address in use, permission denied
    void onListenFailed(Throwable cause);
}
