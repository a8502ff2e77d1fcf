package dev.heddle.xds.server;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.identity.SpiffeId;
import java.util.Optional;

/// Says who may be which node. What a node says of itself is only its word; who it is its
/// certificate says.
public interface Admission {
    /// Called by any thread, before anything else is done for a stream.
    ///
    /// @param proven by the certificate of the connection
    /// @param node as it is said; of one that reports no more than its id is known
    /// @return why it may not be that one, in words that tell it nothing new; empty where it may
    Optional<String> refusal(SpiffeId proven, NodeInfo node);
}
