package dev.heddle.proxy.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads an IP address with a port as Envoy does: `10.0.0.1:80`, `[::1]:80`. Never asks DNS.
public final class AddressText {
    private static final Pattern V4 =
            Pattern.compile("((?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})):([0-9]{1,5})");
    private static final Pattern V6 =
            Pattern.compile("\\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)]:([0-9]{1,5})");
    private static final int LAST_PORT = 65_535;

    private AddressText() {}

    /// Null when it is none.
    public static @Nullable InetSocketAddress parse(String text) {
        Matcher matcher = (text.startsWith("[") ? V6 : V4).matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int port = Integer.parseInt(matcher.group(2));
        try {
            return port > LAST_PORT
                    ? null
                    : new InetSocketAddress(InetAddress.ofLiteral(matcher.group(1)), port);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
