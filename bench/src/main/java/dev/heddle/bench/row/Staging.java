package dev.heddle.bench.row;

import dev.heddle.bench.load.Load;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Probe;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Shape;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.Cores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Builds the path of an arm, from the origin outwards, and shows that it does its work.
final class Staging {
    private Staging() {}

    /// The arm's path, proven by a request where that is possible from here.
    ///
    /// @param origin the port of the origin
    static Started path(Stage stage, Cores cores, Arm arm, int origin) {
        if (arm.peer().isEmpty()) {
            return new Started.Running(List.of(), origin, Optional.empty());
        }
        Peer peer = arm.peer().get();
        Optional<String> why =
                stage.leftOut(peer)
                        .or(() -> arm.usesTls() ? stage.certify() : Optional.empty())
                        .or(() -> stage.generators().lacking(arm.load()));
        if (why.isPresent()) {
            return new Started.Absent(why.get());
        }
        var hops = new ArrayList<Child>();
        int port = origin;
        Started.Running first = null;
        for (Shape shape : arm.hops().reversed()) {
            switch (stage.proxies().start(peer, shape, port, cores.proxy(), Map.of())) {
                case Started.Absent absent -> {
                    hops.forEach(stage.children()::stop);
                    return absent;
                }
                case Started.Running running -> {
                    hops.addAll(0, running.hops());
                    port = running.port();
                    first = running;
                }
            }
        }
        var path = new Started.Running(hops, port, first == null ? Optional.empty() : first.log());
        Optional<String> wrong = probe(arm, port);
        if (wrong.isPresent()) {
            stage.stop(path);
            return new Started.Absent(Proxies.absence(peer, wrong.get()));
        }
        return path;
    }

    private static Optional<String> probe(Arm arm, int port) {
        Shape entry = arm.hops().getFirst();
        boolean readable = arm.load().version() == Load.Version.HTTP1 && entry.inside().isEmpty();
        return readable ? Probe.check(entry, port) : Optional.empty();
    }
}
