package dev.heddle.proxy.kept;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What processes tried to run that did not end as they were asked to, the oldest first. Immutable.
///
/// As text, one line for each start (`start 2026-05-04T10:00:00Z`) and one for each resource that
/// was tried after it; a last line that is cut off does not count.
record Attempts(List<Run> runs) {
    /// So many in a row are the fault of what they tried.
    static final int CRASHES = 3;

    /// Within that time.
    static final Duration WITHIN = Duration.ofSeconds(60);

    private static final String START = "start ";

    /// A process.
    record Run(Instant startedAt, Set<Fingerprint> tried) {
        Run {
            tried = Set.copyOf(tried);
        }
    }

    Attempts {
        runs = List.copyOf(runs);
    }

    static String startLine(Instant now) {
        return START + now + "\n";
    }

    /// Reads what was written by [#text] and appended since.
    static Attempts read(String text) {
        var runs = new ArrayList<Run>();
        Optional<Instant> startedAt = Optional.empty();
        var tried = new HashSet<Fingerprint>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
            Optional<Instant> start = start(line);
            if (start.isPresent()) {
                startedAt.ifPresent(it -> runs.add(new Run(it, tried)));
                tried.clear();
                startedAt = start;
            } else {
                Fingerprint.read(line).ifPresent(tried::add);
            }
        }
        startedAt.ifPresent(it -> runs.add(new Run(it, tried)));
        return new Attempts(runs);
    }

    private static Optional<Instant> start(String line) {
        try {
            return line.startsWith(START)
                    ? Optional.of(Instant.parse(line.substring(START.length())))
                    : Optional.empty();
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /// Those that may still count when another process ends.
    Attempts last() {
        int size = runs.size();
        return new Attempts(runs.subList(Math.max(0, size - (CRASHES - 1)), size));
    }

    String text() {
        var out = new StringBuilder();
        for (Run run : runs) {
            out.append(startLine(run.startedAt()));
            run.tried().forEach(it -> out.append(it.line()).append('\n'));
        }
        return out.toString();
    }

    /// What is held back: of a process that ends, the next one learns when it starts, so the first
    /// of three ended before the second of them began. Something must have been tried by all three
    /// that is in no good snapshot; then whatever any of them tried that is in none is suspect, as
    /// it may belong together.
    ///
    /// @param good what a process lived under for a minute
    /// @param now when the process starts that asks
    /// @return empty when nothing is
    Set<Fingerprint> suspects(Set<Fingerprint> good, Instant now) {
        if (runs.size() < CRASHES) {
            return Set.of();
        }
        List<Run> last = runs.subList(runs.size() - CRASHES, runs.size());
        if (last.get(1).startedAt().isBefore(now.minus(WITHIN))) {
            return Set.of();
        }
        var common = new HashSet<>(last.getFirst().tried());
        var all = new LinkedHashSet<Fingerprint>();
        for (Run run : last) {
            common.retainAll(run.tried());
            all.addAll(run.tried());
        }
        common.removeAll(good);
        all.removeAll(good);
        return common.isEmpty() ? Set.of() : Set.copyOf(all);
    }
}
