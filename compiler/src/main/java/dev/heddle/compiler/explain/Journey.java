package dev.heddle.compiler.explain;

import dev.heddle.compiler.world.ProxyScope;
import java.util.List;

/// What a request meets on its whole way.
///
/// @param from the proxy of who sends it
/// @param sent what becomes of it there
/// @param received what becomes of it at one workload of each destination
public record Journey(ProxyScope from, Explanation sent, List<Reception> received) {
    public Journey {
        received = List.copyOf(received);
    }
}
