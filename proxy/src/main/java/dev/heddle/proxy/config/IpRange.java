package dev.heddle.proxy.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Addresses that begin with the same bits (`envoy.config.core.v3.CidrRange`).
///
/// @param address the first of them: bits after the prefix are cleared
/// @param bits how long the prefix is
public record IpRange(InetAddress address, int bits) {

    public IpRange {
        int most = address.getAddress().length * 8;
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException(
                    "bits: " + bits + " (expected: from 0 to " + most + ")");
        }
        address = cleared(address, bits);
    }

    /// Whether an address is one of them. An address of the other family never is.
    public boolean contains(InetAddress other) {
        byte[] ours = address.getAddress();
        byte[] theirs = other.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (ours[i] != theirs[i]) {
                return false;
            }
        }
        int mask = lastMask(bits);
        return mask == 0 || (ours[whole] & mask) == (theirs[whole] & mask);
    }

    private static InetAddress cleared(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int left = bits - i * 8;
            if (left < 8) {
                bytes[i] &= (byte) (left <= 0 ? 0 : lastMask(left));
            }
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("as many bytes as before", e);
        }
    }

    /// The bits of the prefix in the byte in which it ends; 0 when it ends between two bytes.
    private static int lastMask(int bits) {
        return (0xff << (8 - bits % 8)) & 0xff;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + bits;
    }
}
