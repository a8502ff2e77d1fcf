package dev.heddle.model.match;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/// Addresses of IPv4 and IPv6 as texts, and ranges of them.
public final class IpAddresses {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private IpAddresses() {}

    /// Whether the text is an IPv4 or IPv6 address, not a name.
    public static boolean isAddress(String text) {
        if (text.indexOf(':') < 0 && !IPV4.matcher(text).matches()) {
            return false;
        }
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// As in `10.0.0.0/8`, without the bits that don't count; empty when it is no range. An address
    /// is a range of one.
    public static Optional<String> range(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!isAddress(address)) {
            return Optional.empty();
        }
        byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        int bits = bytes.length * Byte.SIZE;
        int length = bits;
        if (slash >= 0) {
            try {
                length = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        if (length < 0 || length > bits) {
            return Optional.empty();
        }
        byte[] masked = Arrays.copyOf(bytes, bytes.length);
        for (int bit = length; bit < bits; bit++) {
            masked[bit / Byte.SIZE] &= (byte) ~(0x80 >> (bit % Byte.SIZE));
        }
        return Optional.of(text(masked) + "/" + length);
    }

    /// As everybody writes it (RFC 5952): `10.0.0.0`, `2001:db8::`.
    private static String text(byte[] address) {
        try {
            String whole = InetAddress.getByAddress(address).getHostAddress();
            return whole.indexOf(':') < 0 ? whole : shortened(whole.split(":", -1));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(address.length + " bytes are no address", e);
        }
    }

    /// With `::` for the longest run of zeros, the first of several, if it has two at least.
    private static String shortened(String[] groups) {
        int from = 0;
        int length = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end].equals("0")) {
                end++;
            }
            if (end - i > length) {
                from = i;
                length = end - i;
            }
        }
        if (length < 2) {
            return String.join(":", groups);
        }
        return String.join(":", Arrays.copyOf(groups, from))
                + "::"
                + String.join(":", Arrays.copyOfRange(groups, from + length, groups.length));
    }
}
