package dev.heddle.proxy.route;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The routes of one route configuration, ready to be asked.
public interface RouteTable {
    /// The first route of the request's virtual host that matches, or null: 404, `NR`.
    ///
    /// @param random for routes that take only a share of the requests
    @Nullable RouteEntry match(RequestHead request, RandomGenerator random);

    /// As [#match(RequestHead, RandomGenerator)], where routes may depend on the connection and on
    /// what filters found out, too.
    ///
    /// @param metadata by filter, as `MetadataMatch` has it; null for nothing
    /// @param session of the client's connection; null for one without TLS
    /// @param values of which shares may be others
    default @Nullable RouteEntry match(
            RequestHead request,
            @Nullable Map<String, ?> metadata,
            @Nullable TlsSession session,
            RandomGenerator random,
            RuntimeValues values) {
        return match(request, random);
    }

    /// As the control plane calls it as it is now; empty for a table that a listener holds.
    default String version() {
        return "";
    }

    /// Headers that nobody outside may send to routes of this table
    /// (`RouteConfiguration.internal_only_headers`).
    default List<HeaderName> internalOnlyHeaders() {
        return List.of();
    }
}
