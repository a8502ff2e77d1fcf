package dev.heddle.proxy.runtime;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// In which order the addresses of a host are tried (`happy_eyeballs_config`): families take turns,
/// so that a network in which one of them leads nowhere costs one delay and not one for each
/// address.
///
/// @param first the family that begins
/// @param count how many addresses of that one go before each of the other
public record AddressOrder(First first, int count) {
    /// One each, beginning with that of the first address.
    public static final AddressOrder USUAL = new AddressOrder(First.AS_GIVEN, 1);

    /// The family that begins.
    public enum First {
        /// That of the first address.
        AS_GIVEN,
        /// IPv4.
        V4,
        /// IPv6.
        V6
    }

    public AddressOrder {
        if (count < 1) {
            throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
        }
    }

    /// The same addresses in order; within a family as they came.
    ///
    /// @param addresses at least one
    public List<InetSocketAddress> of(List<InetSocketAddress> addresses) {
        boolean isSixFirst =
                switch (first) {
                    case AS_GIVEN -> isSix(addresses.getFirst());
                    case V4 -> false;
                    case V6 -> true;
                };
        var preferred = new ArrayDeque<InetSocketAddress>();
        var others = new ArrayDeque<InetSocketAddress>();
        addresses.forEach(it -> (isSix(it) == isSixFirst ? preferred : others).add(it));
        var order = new ArrayList<InetSocketAddress>();
        while (!preferred.isEmpty() || !others.isEmpty()) {
            for (int i = 0; i < count && !preferred.isEmpty(); i++) {
                order.add(preferred.removeFirst());
            }
            if (!others.isEmpty()) {
                order.add(others.removeFirst());
            }
        }
        return order;
    }

    private static boolean isSix(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }
}
