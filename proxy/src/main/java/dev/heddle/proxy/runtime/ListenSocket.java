package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;

/// A socket that accepts connections for one worker.
public interface ListenSocket {
    /// With the port that the system chose, if it was asked to.
    InetSocketAddress address();

    /// Leaves new connections in the system's queue (false), or goes on taking them (true).
    void setAccepting(boolean on);

    /// Stops accepting. Accepted connections live on.
    void close();
}
