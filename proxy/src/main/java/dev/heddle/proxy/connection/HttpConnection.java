package dev.heddle.proxy.connection;

import java.time.Duration;

/// A connection of a client on which requests are served, as its listener sees it.
public interface HttpConnection {
    /// Lets the present exchanges, or the next, be the last.
    void drain();

    /// Asks the client to go, and gives it the time of the connection manager's `drain_timeout` for
    /// it. A connection that never said a word just ends.
    void leave();

    /// How long a client has that was asked to go.
    Duration grace();

    /// Ends it now if it has no exchange, else with that.
    void closeWhenIdle();

    /// Ends it now.
    void close();

    /// How far timeouts shrink has changed.
    void onTimeouts();
}
