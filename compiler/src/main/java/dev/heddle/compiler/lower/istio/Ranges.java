package dev.heddle.compiler.lower.istio;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Ranges of addresses that chains are for. A proxy refuses a listener with two chains for the same
/// connections, so each is given away once.
public final class Ranges {
    private final Set<List<String>> taken = new HashSet<>();

    /// Those of the addresses that no earlier chain has with these sources and for that name.
    ///
    /// @param name of a server; empty for any
    /// @param addresses none for any
    /// @return empty where they are all taken
    public Optional<List<String>> take(String name, List<String> addresses, List<String> sources) {
        String from = String.join(" ", sources);
        if (addresses.isEmpty()) {
            return taken.add(List.of(name, "", from)) ? Optional.of(addresses) : Optional.empty();
        }
        List<String> free =
                addresses.stream().filter(it -> taken.add(List.of(name, it, from))).toList();
        return free.isEmpty() ? Optional.empty() : Optional.of(free);
    }

    /// As in `10.0.0.0/8`, without the bits that don't count; empty when it is no range.
    public static Optional<String> normal(String range) {
        int slash = range.indexOf('/');
        String address = slash < 0 ? range : range.substring(0, slash);
        if (!Assignments.isIpAddress(address)) {
            return Optional.empty();
        }
        byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        int bits = bytes.length * 8;
        int length = bits;
        if (slash >= 0) {
            try {
                length = Integer.parseInt(range.substring(slash + 1));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        if (length < 0 || length > bits) {
            return Optional.empty();
        }
        byte[] masked = Arrays.copyOf(bytes, bytes.length);
        for (int bit = length; bit < bits; bit++) {
            masked[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return Optional.of(text(masked) + "/" + length);
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(address.length + " bytes are no address", e);
        }
    }
}
