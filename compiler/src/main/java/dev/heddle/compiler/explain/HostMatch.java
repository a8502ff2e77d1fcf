package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import java.util.Locale;
import java.util.Optional;

/// Envoy's choice of a virtual host: the exact domain, else the longest `*.suffix`, else the
/// longest `prefix.*`, else `*` (`envoy.config.route.v3.VirtualHost.domains`).
public final class HostMatch {
    private HostMatch() {}

    /// The virtual host for a value of the `Host` header.
    public static Optional<VirtualHost> find(RouteConfiguration table, String authority) {
        String host = authority.toLowerCase(Locale.ROOT);
        if (table.ignorePort()) {
            host = withoutPort(host);
        }
        VirtualHost best = null;
        int bestRank = 0;
        for (VirtualHost candidate : table.virtualHosts()) {
            for (String domain : candidate.domains()) {
                int rank = rank(domain.toLowerCase(Locale.ROOT), host);
                if (rank > bestRank) {
                    best = candidate;
                    bestRank = rank;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /// 0 where the domain does not match; the higher, the better.
    private static int rank(String domain, String host) {
        int length = domain.length();
        if (domain.equals(host)) {
            return 3_000_000;
        }
        if (domain.equals("*")) {
            return 1;
        }
        if (domain.startsWith("*")
                && host.length() > length - 1
                && host.endsWith(domain.substring(1))) {
            return 2_000_000 + length;
        }
        if (domain.endsWith("*")
                && host.length() > length - 1
                && host.startsWith(domain.substring(0, length - 1))) {
            return 1_000_000 + length;
        }
        return 0;
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        boolean isPort = colon > host.lastIndexOf(']') && colon >= 0;
        return isPort ? host.substring(0, colon) : host;
    }
}
