package dev.heddle.xds.protocol;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsType;

/// What a server must know about a kind of client.
///
/// @param warmsAnew whether a changed cluster waits for its endpoints, and a changed listener for
///   its routes, although the client has both and does not ask again
public record ClientTraits(boolean warmsAnew) {
    /// How Envoy begins to speak of the clusters or listeners that it did not take, while it took
    /// the others.
    private static final String OF_SOME = "Error adding/updating ";

    /// Envoy warms a changed cluster until endpoints arrive, but asks for them only under a name
    /// that it did not ask for before (Envoy's issue 13009). So they are sent to it again.
    public static final ClientTraits ENVOY = new ClientTraits(true);

    /// Heddle's proxy takes what it has.
    public static final ClientTraits HEDDLE = new ClientTraits(false);

    /// Whether the client took nothing of a response that it refused with those words. Envoy stops
    /// at the first route table or load assignment that it cannot take. Of clusters and listeners
    /// it takes the good ones, as long as each of them can be read and keeps the rules of its
    /// message; else it takes none.
    boolean refusesAll(XdsType type, String words) {
        return !type.wildcardByDefault() || (warmsAnew && !words.startsWith(OF_SOME));
    }

    /// By the kind of client that the node says it is; whoever does not say is taken for Envoy.
    public static ClientTraits of(NodeInfo node) {
        return node.userAgent().equals("heddle") ? HEDDLE : ENVOY;
    }
}
