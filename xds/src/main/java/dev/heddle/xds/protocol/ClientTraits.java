package dev.heddle.xds.protocol;

import dev.heddle.xds.NodeInfo;

/// What a server must know about a kind of client.
///
/// @param warmsAnew whether a changed cluster waits for its endpoints, and a changed listener for
///   its routes, although the client has both and does not ask again
public record ClientTraits(boolean warmsAnew) {

    /// Envoy warms a changed cluster until endpoints arrive, but asks for them only under a name
    /// that it did not ask for before (Envoy's issue 13009). So they are sent to it again.
    public static final ClientTraits ENVOY = new ClientTraits(true);

    /// Heddle's proxy takes what it has.
    public static final ClientTraits HEDDLE = new ClientTraits(false);

    /// By the kind of client that the node says it is; whoever does not say is taken for Envoy.
    public static ClientTraits of(NodeInfo node) {
        return node.userAgent().equals("heddle") ? HEDDLE : ENVOY;
    }
}
