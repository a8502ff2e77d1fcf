package dev.heddle.proxy.config;

import java.net.InetAddress;

/// Addresses that begin with the same bits (`CidrRange`).
///
/// An IPv4 address that came as an IPv6 one (`::ffff:10.0.0.1`) is the IPv4 address: Java makes it
/// one wherever it reads an address.
///
/// @param address any address of the range
/// @param bits how many of its first bits count
public record AddressRange(InetAddress address, int bits) {
    public AddressRange {
        int most = address.getAddress().length * 8;
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException(
                    "bits: " + bits + " (expected: from 0 to " + most + ")");
        }
    }

    /// Whether an address lies within.
    public boolean contains(InetAddress other) {
        byte[] ours = address.getAddress();
        byte[] theirs = other.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> i % 8;
            if ((ours[i / 8] & mask) != (theirs[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
