package dev.heddle.proxy.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// How questions for names are answered (`envoy.extensions.filters.udp.dns_filter.v3`).
///
/// @param statPrefix of its meters, `dns_filter.<prefix>.`
/// @param table names that are known here
/// @param forwards whether others are asked for other names
/// @param servers who is asked; none for those of the machine's resolv.conf
/// @param timeout how long one of them is waited for, before the next is asked
/// @param mostPending questions that may wait for an answer at once on each worker; more are
///   answered SERVFAIL
public record NamesConfig(
        String statPrefix,
        NameTable table,
        boolean forwards,
        List<InetSocketAddress> servers,
        Duration timeout,
        int mostPending) {
    public NamesConfig {
        servers = List.copyOf(servers);
        if (mostPending < 1) {
            throw new IllegalArgumentException("mostPending: " + mostPending + " (expected: >= 1)");
        }
    }
}
