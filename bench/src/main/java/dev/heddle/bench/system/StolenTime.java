package dev.heddle.bench.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much of the machine's CPU time its host gave to others: the noise that a run can't see.
///
/// @param stolen ticks that were stolen
/// @param all ticks in all
public record StolenTime(long stolen, long all) {

    /// Reads it.
    public static StolenTime read() {
        try {
            return parse(Files.readString(Path.of("/proc/stat")));
        } catch (IOException e) {
            throw new BenchException("cannot read /proc/stat", e);
        }
    }

    /// From the text of `/proc/stat`, whose first line sums up all processors.
    static StolenTime parse(String stat) {
        String[] fields = stat.lines().findFirst().orElse("").split("\\s+", -1);
        if (fields.length < 9 || !fields[0].equals("cpu")) {
            throw new IllegalArgumentException("stat: no line 'cpu' (expected: /proc/stat)");
        }
        long all = 0;
        for (int i = 1; i <= 8; i++) {
            all += Long.parseLong(fields[i]);
        }
        return new StolenTime(Long.parseLong(fields[8]), all);
    }

    /// The share since an earlier reading, in percent.
    public double percentSince(StolenTime earlier) {
        long passed = all - earlier.all;
        return passed == 0 ? 0 : 100.0 * (stolen - earlier.stolen) / passed;
    }
}
