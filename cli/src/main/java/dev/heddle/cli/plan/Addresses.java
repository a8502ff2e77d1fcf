package dev.heddle.cli.plan;

import java.util.OptionalInt;

/// Addresses as logs have them: `10.0.0.7:9080`, `[2001:db8::1]:80`, `reviews:9080`, `reviews`.
final class Addresses {
    private Addresses() {}

    /// Without the port and brackets.
    static String host(String address) {
        int colon = portColon(address);
        String host = colon < 0 ? address : address.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    /// The port, if there is one.
    static OptionalInt port(String address) {
        int colon = portColon(address);
        String digits = colon < 0 ? "" : address.substring(colon + 1);
        return digits.matches("[0-9]{1,5}")
                ? OptionalInt.of(Integer.parseInt(digits))
                : OptionalInt.empty();
    }

    /// An IPv6 address without brackets has no port.
    private static int portColon(String address) {
        int colon = address.lastIndexOf(':');
        boolean isPort = colon > address.lastIndexOf(']') && address.indexOf(':') == colon;
        return address.startsWith("[")
                ? (colon > address.lastIndexOf(']') ? colon : -1)
                : (isPort ? colon : -1);
    }

    /// Whether it is one of the machine itself.
    static boolean isLoopback(String address) {
        return host(address).startsWith("127.") || host(address).equals("::1");
    }
}
