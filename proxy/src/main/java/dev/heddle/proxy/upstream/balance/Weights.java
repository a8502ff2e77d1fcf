package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.upstream.Host;
import java.util.List;

/// The weights of some hosts.
final class Weights {

    private Weights() {}

    static boolean areEqual(List<Host> hosts) {
        return hosts.stream().mapToInt(Host::weight).distinct().count() <= 1;
    }
}
