package dev.heddle.bench.row;

import dev.heddle.bench.load.Load;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Shape;
import java.util.List;
import java.util.Optional;

/// One thing that a row compares: a path through proxies, and the load on it.
///
/// @param name as it is printed and as targets name it
/// @param peer whose proxies stand in the path; absent for the direct path to the origin
/// @param hops what each proxy of the path does, first the one that the client meets
/// @param load what is asked
record Arm(String name, Optional<Peer> peer, List<Shape> hops, Load load) {
    /// The name of the arm without a proxy.
    static final String DIRECT = "direct";

    Arm {
        hops = List.copyOf(hops);
        if (peer.isPresent() == hops.isEmpty()) {
            throw new IllegalArgumentException(
                    "hops: " + hops.size() + " (expected: some with a peer, none without)");
        }
    }

    /// No proxy at all.
    static Arm direct(Load load) {
        return new Arm(DIRECT, Optional.empty(), List.of(), load);
    }

    /// A path through one proxy of a peer, asked for the shape's busy route.
    ///
    /// @param size bytes of an answer's body
    static Arm of(String name, Peer peer, Shape shape, int size) {
        Load load = Load.keepAlive(shape.busyHost(), shape.busyPath(Integer.toString(size)));
        load = shape.inside().map(load::inside).orElse(load);
        return new Arm(name, Optional.of(peer), List.of(shape), load);
    }

    /// The same path under another load.
    Arm under(Load other) {
        return new Arm(name, peer, hops, other);
    }

    /// The names of arms, in their order.
    static List<String> names(List<Arm> arms) {
        return arms.stream().map(Arm::name).toList();
    }

    /// Whether anything of it needs certificates.
    boolean usesTls() {
        return hops.stream().anyMatch(s -> s.inside().isPresent() || s.outside().isPresent());
    }
}
