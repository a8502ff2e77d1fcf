package dev.heddle.proxy.route;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// A cluster that gets copies of requests, whose answers nobody sees
/// (`envoy.config.route.v3.RouteAction.RequestMirrorPolicy`).
///
/// @param cluster as [#cluster(RequestHead)] names it; empty where a header does
/// @param header that names the cluster; null where it is known
/// @param chance which share of the requests is copied
/// @param marks whether `-shadow` is added to the authority's name
public record Mirror(String cluster, @Nullable HeaderName header, Chance chance, boolean marks) {

    /// Where the copy of a request goes; empty for nowhere.
    public String cluster(RequestHead request) {
        if (header == null) {
            return cluster;
        }
        String named = request.headers().get(header);
        return named == null ? "" : named;
    }

    /// The authority of a copy, as in `reviews-shadow:9080`.
    public String authorityOf(String original) {
        if (!marks) {
            return original;
        }
        int colon = original.indexOf(':');
        boolean isPort = colon > 0 && colon == original.lastIndexOf(':');
        return isPort
                ? original.substring(0, colon) + "-shadow" + original.substring(colon)
                : original + "-shadow";
    }
}
