package dev.heddle.proxy.filter.localratelimit;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// Addresses and ranges as Envoy writes them: `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`.
final class AddressText {
    private AddressText() {}

    /// @param bits4 that count of an address of IPv4, as a range; negative for the address itself
    /// @param bits6 of one of IPv6
    static String of(InetAddress address, int bits4, int bits6) {
        byte[] bytes = address.getAddress();
        int bits = bytes.length == 4 ? bits4 : bits6;
        if (bits < 0) {
            return NetUtil.toAddressString(address);
        }
        for (int bit = bits; bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >> (bit % Byte.SIZE));
        }
        try {
            return NetUtil.toAddressString(InetAddress.getByAddress(bytes)) + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(bytes.length + " bytes are no address", e);
        }
    }
}
