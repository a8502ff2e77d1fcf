package dev.heddle.xds.server;

/// One proxy's call by which it reports hits of rules, as the control plane holds it. Every method
/// may be called from any thread and returns at once.
public interface HitsStream {
    /// Unlike that of any other such stream of this server's life.
    long id();

    /// The node's id, as the proxy says it.
    String node();

    /// Unlike that of any other process that ever reported, as the proxy says.
    long run();

    /// Says that a report cannot be lost any more, and lets the next one come.
    void taken(long sequence);
}
