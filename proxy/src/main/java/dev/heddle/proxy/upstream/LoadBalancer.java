package dev.heddle.proxy.upstream;

/// Chooses the host of a request. Owned by one worker; never waits, never looks at the network.
public interface LoadBalancer {
    Pick pick(PickContext context);

    /// Whether it asks for the hash of a request.
    default boolean hashes() {
        return false;
    }
}
