package dev.heddle.proxy;

import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.xds.client.XdsSubscriptions;
import java.time.Instant;
import java.util.Optional;

/// A proxy's way to its control plane: over the network, or in memory.
public interface ControlPlaneLink extends XdsSubscriptions, AutoCloseable {
    /// Begins to connect. Called once, on the configuration thread.
    void start();

    /// When the present connection began to work; empty while there is none. Callable from any
    /// thread.
    Optional<Instant> connectedSince();

    /// The way to other services of the control plane; empty where there is none.
    default Optional<SideCalls> sideCalls() {
        return Optional.empty();
    }

    /// Ends it; the subscriber hears nothing afterwards.
    @Override
    void close();
}
