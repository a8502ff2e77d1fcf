package dev.heddle.telemetry;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Addresses as Envoy prints them: `127.0.0.1:80`, `[::1]:80`, a path for a Unix socket.
public final class SocketAddressText {

    private static final String PATH = "unix:";

    private SocketAddressText() {}

    /// Address and port.
    public static @Nullable String whole(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address == null ? null : address.toString();
        }
        String host = hostOf(inet);
        if (inet.isUnresolved() && host.startsWith(PATH)) {
            return host.substring(PATH.length());
        }
        return host.indexOf(':') >= 0
                ? "[" + host + "]:" + inet.getPort()
                : host + ":" + inet.getPort();
    }

    /// The address alone.
    public static @Nullable String host(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? hostOf(inet) : whole(address);
    }

    /// The port alone.
    public static @Nullable String port(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? Integer.toString(inet.getPort()) : null;
    }

    /// The part of `address:port` before the port.
    static @Nullable String withoutPort(@Nullable String whole) {
        if (whole == null || whole.lastIndexOf(':') < 0) {
            return whole;
        }
        String host = whole.substring(0, whole.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /// The part of `address:port` after the last colon.
    static @Nullable String port(@Nullable String whole) {
        return whole == null || whole.lastIndexOf(':') < 0
                ? null
                : whole.substring(whole.lastIndexOf(':') + 1);
    }

    /// The network that an address is in, as `10.1.0.0/16`; null for what is no address.
    ///
    /// @param bits of the network; longer than the address for that itself
    static @Nullable String masked(@Nullable String host, int bits) {
        if (host == null || !host.matches("[0-9a-fA-F:.]+")) {
            return null;
        }
        try {
            byte[] bytes = InetAddress.getByName(host).getAddress();
            int kept = Math.min(bits, bytes.length * 8);
            for (int i = 0; i < bytes.length; i++) {
                int here = Math.clamp(kept - i * 8L, 0, 8);
                bytes[i] &= (byte) (0xff << (8 - here));
            }
            String text = InetAddress.getByAddress(bytes).getHostAddress();
            return compressed(text) + "/" + kept;
        } catch (UnknownHostException _) {
            return null;
        }
    }

    private static String hostOf(InetSocketAddress address) {
        if (address.getAddress() == null) {
            return address.getHostString();
        }
        String host = address.getAddress().getHostAddress();
        int scope = host.indexOf('%');
        return compressed(scope < 0 ? host : host.substring(0, scope));
    }

    /// RFC 5952: the longest run of zero groups, if of two or more, becomes `::`.
    private static String compressed(String host) {
        if (host.indexOf(':') < 0) {
            return host;
        }
        String[] groups = host.split(":", -1);
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < groups.length; i++) {
            int length = 0;
            while (i + length < groups.length && groups[i + length].equals("0")) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        if (bestStart < 0) {
            return host;
        }
        String before = String.join(":", Arrays.copyOf(groups, bestStart));
        String after =
                String.join(":", Arrays.copyOfRange(groups, bestStart + bestLength, groups.length));
        return before + "::" + after;
    }
}
