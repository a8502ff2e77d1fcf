package dev.heddle.bench.peer;

import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.CpuTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What came of starting a proxy.
public sealed interface Started {

    /// It listens.
    ///
    /// @param hops the processes that a request passes, first the one that the client meets; empty
    ///   for the direct path to the origin
    /// @param port where the client connects
    /// @param log the access log; absent when the shape has none
    record Running(List<Child> hops, int port, Optional<Path> log) implements Started {

        public Running {
            hops = List.copyOf(hops);
        }

        /// The CPU time of all hops so far.
        public CpuTime cpu() {
            return hops.stream().map(Child::cpu).reduce(CpuTime.NONE, CpuTime::plus);
        }

        /// The proportional set size of all hops, in bytes.
        public long pss() {
            return hops.stream().mapToLong(Child::pss).sum();
        }
    }

    /// It doesn't.
    ///
    /// @param reason for the reader, beginning with `not run:` or `not yet:`
    record Absent(String reason) implements Started {}
}
