package dev.heddle.proxy.runtime;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How sockets to hosts are made.
///
/// @param keepAlive of TCP; absent for none
/// @param sources addresses of this machine that connections come from, each family's first counts;
///   none lets the system choose
/// @param order in which the addresses of a host are tried
/// @param original whose address counts in place of `sources`; null for nobody's
public record ConnectSettings(
        Optional<KeepAlive> keepAlive,
        List<InetSocketAddress> sources,
        AddressOrder order,
        @Nullable OriginalSource original) {

    /// Nothing unusual.
    public static final ConnectSettings USUAL =
            new ConnectSettings(Optional.empty(), List.of(), AddressOrder.USUAL, null);

    public ConnectSettings {
        sources = List.copyOf(sources);
    }

    /// The same for a client that hosts are to see.
    ///
    /// @param client null changes nothing
    public ConnectSettings from(@Nullable OriginalSource client) {
        return client == null ? this : new ConnectSettings(keepAlive, sources, order, client);
    }

    /// Where a connection to that address comes from. When none is of its family the first is
    /// taken, which the system then refuses: as in Envoy, nothing leaves from an address that was
    /// not asked for.
    ///
    /// @return null lets the system choose
    @Nullable InetSocketAddress sourceFor(InetSocketAddress address) {
        if (sources.isEmpty()) {
            return null;
        }
        boolean isSix = address.getAddress() instanceof Inet6Address;
        for (InetSocketAddress source : sources) {
            if (source.getAddress() instanceof Inet6Address == isSix) {
                return source;
            }
        }
        return sources.getFirst();
    }
}
