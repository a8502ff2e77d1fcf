package dev.heddle.verify;

/// What completes short names of hosts.
///
/// @param namespace of who sends
/// @param domain of the mesh, as in `cluster.local`
public record Surroundings(String namespace, String domain) {

    /// Whether a name that a test says is that host.
    ///
    /// @param said as in `reviews`, `reviews.shop` or `reviews.shop.svc.cluster.local`
    boolean isNameOf(String said, String host) {
        return host.equals(said)
                || host.equals(said + "." + namespace + ".svc." + domain)
                || host.equals(said + ".svc." + domain)
                || host.equals(said + "." + domain);
    }
}
