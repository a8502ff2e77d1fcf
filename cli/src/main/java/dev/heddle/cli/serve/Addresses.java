package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import java.net.InetSocketAddress;

/// Addresses as a command line says them: `127.0.0.1:15010`.
public final class Addresses {
    private Addresses() {}

    /// Reads an address.
    ///
    /// @param option that it was given with
    public static InetSocketAddress parse(String option, String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw Failure.usage(
                    "%s: '%s' (expected: HOST:PORT)".formatted(option, text),
                    "for example " + option + " 127.0.0.1:15010");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        var address =
                new InetSocketAddress(
                        bracketed ? host.substring(1, host.length() - 1) : host,
                        Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw Failure.usage("%s: there is no host '%s'".formatted(option, host), "");
        }
        return address;
    }
}
