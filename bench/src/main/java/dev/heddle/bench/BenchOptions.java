package dev.heddle.bench;

import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.row.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the user asked for.
///
/// @param rows which rows; none means all
/// @param plan how long things take
/// @param peers who takes part
/// @param json where every round's figures go
/// @param plot where the picture goes
/// @param list whether to list the rows instead of running them
/// @param keep where the processes' configurations and logs stay
record BenchOptions(
        List<String> rows,
        Plan plan,
        Set<Peer> peers,
        Optional<Path> json,
        Optional<Path> plot,
        boolean list,
        Optional<Path> keep) {

    BenchOptions {
        rows = List.copyOf(rows);
        peers = Set.copyOf(peers);
    }
}
