package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Under which names and addresses a server of this machine is called.
final class OwnNames {
    private OwnNames() {}

    /// Those of the loopback interface, the address that it listens at (all of the machine's, where
    /// it listens at all), the machine's name, and what somebody adds.
    static List<String> of(InetSocketAddress at, List<String> more) {
        var names = new LinkedHashSet<String>();
        more.forEach(name -> names.add(checked(name)));
        names.add("localhost");
        names.add("127.0.0.1");
        names.add("::1");
        if (at.getAddress().isAnyLocalAddress()) {
            addAll(names);
        } else {
            names.add(text(at.getAddress()));
            names.add(at.getHostString());
        }
        return List.copyOf(names);
    }

    private static void addAll(Set<String> names) {
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress())
                    .forEach(address -> names.add(text(address)));
            names.add(InetAddress.getLocalHost().getHostName());
        } catch (SocketException | UnknownHostException _) {
            // Whoever calls it otherwise says so with --api-name.
        }
    }

    /// Without the zone that a machine has for itself.
    private static String text(InetAddress address) {
        return address.getHostAddress().split("%", 2)[0];
    }

    private static String checked(String name) {
        if (!name.matches("[A-Za-z0-9*:]([A-Za-z0-9.:-]{0,252})")) {
            throw Failure.usage(
                    "--api-name: '%s' (expected: a name of DNS or an address)".formatted(name), "");
        }
        return name;
    }
}
