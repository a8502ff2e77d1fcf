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
        InetSocketAddress said = unresolved(option, text);
        var address = new InetSocketAddress(said.getHostString(), said.getPort());
        if (address.isUnresolved()) {
            throw Failure.usage(
                    "%s: there is no host '%s'".formatted(option, said.getHostString()), "");
        }
        return address;
    }

    /// The same, with the name of a host left as it is.
    public static InetSocketAddress unresolved(String option, String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw Failure.usage(
                    "%s: '%s' (expected: HOST:PORT)".formatted(option, text),
                    "for example " + option + " 127.0.0.1:15010");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return InetSocketAddress.createUnresolved(
                bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    /// An address that must not be reached from elsewhere, as anybody who reaches it is believed.
    ///
    /// @param allowed the option that lets it be reached all the same
    /// @param isAllowed whether that was given
    public static InetSocketAddress local(
            String option, String text, String allowed, boolean isAllowed) {
        InetSocketAddress address = parse(option, text);
        if (!isAllowed && !address.getAddress().isLoopbackAddress()) {
            throw Failure.usage(
                    "%s: %s can be reached from elsewhere, and nobody there has to prove anything"
                                    .formatted(option, text)
                            + " (expected: an address of the loopback interface)",
                    "serve proxies over TLS with --ca; or add %s, if the network itself is safe"
                            .formatted(allowed));
        }
        return address;
    }
}
