package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.drain.Drain;
import dev.heddle.proxy.drain.DrainPlan;

/// One listener that has connections, on one worker.
sealed interface ConnectionListener permits ActiveListener, QuicListener {
    ListenerConfig config();

    /// Serves new connections by another configuration. Those that it has live on if that has their
    /// filter chain as well and differs in nothing but chains; else they end with their exchanges,
    /// and at the latest after the time for draining.
    void update(ListenerConfig next, ChainLimits limits);

    /// Leaves new connections where they are (false), or goes on taking them (true).
    void setAccepting(boolean on);

    /// Stops accepting. What it has ends with its exchanges.
    void drain(DrainPlan how);

    /// Accepts no connection any more; those that it has go on.
    void stop();

    /// How far timeouts shrink has changed.
    void onTimeouts();

    /// All listeners like this one are drained, those that accept connections and those that don't.
    void onProxyDrain(Drain drain);

    /// Ends the connections without an exchange.
    void closeIdle();

    /// Ends everything.
    void close();

    /// How many connections it has.
    int size();
}
