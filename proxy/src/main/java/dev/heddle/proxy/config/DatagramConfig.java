package dev.heddle.proxy.config;

import dev.heddle.proxy.dns.NamesConfig;
import java.time.Duration;
import java.util.List;

/// What becomes of the datagrams of a listener that takes such.
public sealed interface DatagramConfig {
    /// They are questions for names.
    record Names(NamesConfig names) implements DatagramConfig {}

    /// They go to clusters, and those of one client to one host
    /// (`envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig`).
    ///
    /// @param statPrefix of its meters, `udp.<prefix>.`
    /// @param shares which cluster a client's go to
    /// @param idle how long a client and its host may say nothing before they are strangers
    /// @param hash what chooses the host, where the cluster hashes
    /// @param isEachAlone whether each datagram of a client may go to another host
    record Forward(
            String statPrefix, ClientShares shares, Duration idle, Hash hash, boolean isEachAlone)
            implements DatagramConfig {
        /// Envoy's `idle_timeout` when none is set.
        public static final Duration IDLE = Duration.ofMinutes(1);
    }

    /// What chooses a host.
    sealed interface Hash {
        /// Chance.
        record Chance() implements Hash {}

        /// The client's address.
        record SourceIp() implements Hash {}

        /// What all clients have in common.
        record Key(String key) implements Hash {}
    }

    /// The clusters that they go to.
    default List<String> targets() {
        return switch (this) {
            case Names _ -> List.of();
            case Forward forward -> forward.shares().clusters();
        };
    }
}
