package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.SocketSettings;
import java.net.InetSocketAddress;
import java.util.List;

/// The sockets of a listener.
///
/// @param addresses an IP address and a port each; port 0 lets the system choose. Without a socket
///   the first says which connections other listeners hand over to this one
/// @param binds whether it has sockets
/// @param handsOver whether a connection that was made to another listener's address before the
///   system redirected it here is that listener's
/// @param isExempt whether its connections don't count towards the limit of the whole proxy
/// @param isBalanced whether each new connection is given to the worker that has fewest
/// @param settings of each socket
public record Binding(
        List<InetSocketAddress> addresses,
        boolean binds,
        boolean handsOver,
        boolean isExempt,
        boolean isBalanced,
        SocketSettings settings) {

    public Binding {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses: [] (expected: one or more)");
        }
        for (InetSocketAddress address : addresses) {
            if (address.isUnresolved() && InternalAddress.of(address).isEmpty()) {
                throw new IllegalArgumentException(
                        "address: " + address + " (expected: an IP address)");
            }
        }
    }

    /// Whether it takes connections of this proxy alone (`internal_listener`).
    public boolean isInternal() {
        return InternalAddress.of(addresses.getFirst()).isPresent();
    }

    /// Whether its sockets take connections that were made to any address (`IP_TRANSPARENT`), as
    /// they were made: netfilter's TPROXY brings them here without changing where they go.
    public boolean isTransparent() {
        return settings.options().contains(SocketSettings.KernelOption.TRANSPARENT);
    }

    /// One socket, as usual.
    public static Binding to(InetSocketAddress address) {
        return new Binding(List.of(address), true, false, false, false, SocketSettings.USUAL);
    }
}
