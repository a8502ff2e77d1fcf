package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;

/// As whom connections to hosts are made for a client: from its own address, so that hosts see it
/// and not this proxy (`envoy.filters.listener.original_src`). The network has to bring what hosts
/// answer to that address back here; the mark is for its rules.
///
/// @param address of the client; port 0 lets the system choose one
/// @param mark of the packets (`SO_MARK`), as unsigned 32 bits; 0 for none
public record OriginalSource(InetSocketAddress address, int mark) {
    public OriginalSource {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    "address: " + address + " (expected: an IP address)");
        }
    }
}
