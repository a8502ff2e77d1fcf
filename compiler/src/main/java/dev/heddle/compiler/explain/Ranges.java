package dev.heddle.compiler.explain;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/// Ranges of addresses.
final class Ranges {
    private Ranges() {}

    /// How many bits the longest of the ranges that have an address says of it, plus one; 0 where
    /// none has it.
    static int longest(List<String> ranges, String address) {
        return ranges.stream()
                .filter(range -> contains(range, address))
                .mapToInt(range -> 1 + bits(range, bytes(address).orElseThrow().length))
                .max()
                .orElse(0);
    }

    private static int bits(String range, int bytes) {
        int slash = range.indexOf('/');
        return slash < 0 ? bytes * Byte.SIZE : Integer.parseInt(range.substring(slash + 1));
    }

    /// Whether a range has an address; one that is no address is in none.
    static boolean contains(String range, String address) {
        int slash = range.indexOf('/');
        Optional<byte[]> first = bytes(slash < 0 ? range : range.substring(0, slash));
        Optional<byte[]> other = bytes(address);
        if (first.isEmpty() || other.isEmpty() || first.get().length != other.get().length) {
            return false;
        }
        int most = first.get().length * Byte.SIZE;
        int bits = bits(range, first.get().length);
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
