package dev.heddle.control.fetch;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whom the control plane calls because somebody's configuration says so. Addresses of this
/// machine, of its own link and of the machine's metadata are nobody's: who writes configuration
/// shall not read through the control plane what only that may see.
///
/// @param anyway ranges that are called all the same, as in `127.0.0.0/8`
public record Reach(List<String> anyway) {
    /// Where clouds tell machines about themselves, beside the link-local `169.254.169.254`.
    private static final List<String> METADATA =
            List.of(
                    "100.100.100.200/32",
                    "168.63.129.16/32",
                    "192.0.0.192/32",
                    "fd00:ec2::254/128");

    /// Nobody who is not to be called.
    public static final Reach USUAL = new Reach(List.of());

    public Reach {
        anyway = List.copyOf(anyway);
        anyway.forEach(range -> contains(range, InetAddress.ofLiteral("127.0.0.1")));
    }

    /// With ranges as somebody writes them: `127.0.0.0/8,::1`.
    ///
    /// @param ranges null for none
    /// @throws IllegalArgumentException for what is no range
    public static Reach of(@Nullable String ranges) {
        return ranges == null || ranges.isBlank()
                ? USUAL
                : new Reach(Stream.of(ranges.split(",", -1)).map(String::strip).toList());
    }

    /// Whether it may be called.
    public boolean allows(InetAddress address) {
        if (anyway.stream().anyMatch(range -> contains(range, address))) {
            return true;
        }
        boolean isOurs =
                address.isLoopbackAddress()
                        || address.isAnyLocalAddress()
                        || address.isLinkLocalAddress()
                        || address.isMulticastAddress();
        return !isOurs && METADATA.stream().noneMatch(range -> contains(range, address));
    }

    private static boolean contains(String range, InetAddress address) {
        int slash = range.indexOf('/');
        byte[] first =
                InetAddress.ofLiteral(slash < 0 ? range : range.substring(0, slash)).getAddress();
        byte[] other = address.getAddress();
        int most = first.length * Byte.SIZE;
        int bits = slash < 0 ? most : Integer.parseInt(range.substring(slash + 1));
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException(
                    "'" + range + "' (expected: a range, as 10.0.0.0/8)");
        }
        return first.length == other.length
                && new BigInteger(1, first)
                        .shiftRight(most - bits)
                        .equals(new BigInteger(1, other).shiftRight(most - bits));
    }
}
