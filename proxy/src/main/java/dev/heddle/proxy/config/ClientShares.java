package dev.heddle.proxy.config;

import dev.heddle.proxy.hash.XxHash64;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/// Which cluster the datagrams of a client go to: the same one for all that come from one port, as
/// its matcher has it (`xds.type.matcher.v3.Matcher`).
///
/// @param shares in order; the first that a client is part of counts
/// @param otherwise the cluster of all others
public record ClientShares(List<Share> shares, String otherwise) {

    public ClientShares {
        shares = List.copyOf(shares);
    }

    /// All clients alike.
    static ClientShares all(String cluster) {
        return new ClientShares(List.of(), cluster);
    }

    /// Clients whose port hashes to a number that is not below a threshold
    /// (`envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing`).
    ///
    /// @param modulo that the number is below; not zero
    /// @param seed of the hash
    public record Share(String cluster, long threshold, long modulo, long seed) {
        private boolean has(String port) {
            long hash = XxHash64.of(port, 0, port.length(), seed);
            return Long.remainderUnsigned(hash, modulo) >= threshold;
        }
    }

    /// The cluster of that client.
    public String of(InetSocketAddress client) {
        if (shares.isEmpty()) {
            return otherwise;
        }
        String port = Integer.toString(client.getPort());
        for (Share share : shares) {
            if (share.has(port)) {
                return share.cluster();
            }
        }
        return otherwise;
    }

    /// All clusters, each once.
    List<String> clusters() {
        return Stream.concat(shares.stream().map(Share::cluster), Stream.of(otherwise))
                .distinct()
                .toList();
    }
}
