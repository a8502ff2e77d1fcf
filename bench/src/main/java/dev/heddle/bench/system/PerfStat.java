package dev.heddle.bench.system;

import java.util.Optional;

/// Reads the count of `perf stat -x, -e EVENT`.
public final class PerfStat {
    private PerfStat() {}

    /// The first event's count; empty when perf was not permitted to count.
    public static Optional<Long> parse(String printed) {
        return printed.lines()
                .filter(line -> line.matches("\\d+,.*"))
                .map(line -> Long.parseLong(line.substring(0, line.indexOf(','))))
                .findFirst();
    }
}
