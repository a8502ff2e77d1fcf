package dev.heddle.bench.system;

/// Reads a process's proportional set size: its private pages, and its share of the shared ones.
public final class Pss {
    private Pss() {}

    /// Bytes, from the text of `/proc/PID/smaps_rollup`.
    public static long parse(String rollup) {
        return rollup.lines()
                .filter(line -> line.startsWith("Pss:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "smaps_rollup: no Pss (expected: a line 'Pss: N kB')"));
    }
}
