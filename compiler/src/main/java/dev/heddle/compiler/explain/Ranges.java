package dev.heddle.compiler.explain;

import java.math.BigInteger;
import java.util.Optional;

/// Ranges of addresses.
final class Ranges {
    private Ranges() {}

    /// Whether a range has an address; one that is no address is in none.
    static boolean contains(String range, String address) {
        int slash = range.indexOf('/');
        Optional<byte[]> first = bytes(slash < 0 ? range : range.substring(0, slash));
        Optional<byte[]> other = bytes(address);
        if (first.isEmpty() || other.isEmpty() || first.get().length != other.get().length) {
            return false;
        }
        int most = first.get().length * Byte.SIZE;
        int bits = slash < 0 ? most : Integer.parseInt(range.substring(slash + 1));
        return new BigInteger(1, first.get())
                .shiftRight(most - bits)
                .equals(new BigInteger(1, other.get()).shiftRight(most - bits));
    }

    private static Optional<byte[]> bytes(String address) {
        try {
            return Optional.of(java.net.InetAddress.ofLiteral(address).getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
