package dev.heddle.control.source;

import dev.heddle.model.Confined;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Decides when a change that was seen in a directory is complete enough to be believed.
///
/// ```
///            differs from what is in force
///   settled ───────────────────────────────▶ moving(stamp, since) ──differs again──┐
///      ▲                                        │        ▲─────────────────────────┘
///      └──────── still for [Pace#quiet] ────────┘
///               or [Pace#stubborn] is over
/// ```
///
/// Files that change together are believed together: nothing is, until the whole tree is still, or
/// [Pace#impatience] is over.
@Confined("config watch")
final class Stillness {
    /// @param there what is there now; empty when nothing is
    /// @param since when exactly this was seen first, in nanoseconds
    /// @param first when the name began to move, in nanoseconds
    private record Moving(Optional<FileStamp> there, long since, long first) {}

    private final Pace pace;
    private final Map<String, Moving> moving = new HashMap<>();

    Stillness(Pace pace) {
        this.pace = pace;
    }

    /// Compares what is there with what is in force.
    void observe(Map<String, FileStamp> inForce, DirectoryScan scan, long now) {
        var names = new TreeSet<String>(inForce.keySet());
        names.addAll(scan.files().keySet());
        moving.keySet().retainAll(names);
        for (String name : names) {
            var there = Optional.ofNullable(scan.files().get(name));
            boolean same = there.equals(Optional.ofNullable(inForce.get(name)));
            if (same || (there.isEmpty() && scan.hidden(name))) {
                moving.remove(name);
            } else {
                moving.merge(
                        name,
                        new Moving(there, now, now),
                        (old, fresh) ->
                                old.there().equals(there)
                                        ? old
                                        : new Moving(there, now, old.first()));
            }
        }
    }

    /// A change that is to be believed.
    ///
    /// @param there what is there now; empty when nothing is
    /// @param moving whether it was waited for in vain, so that whatever can be read counts
    record Due(Optional<FileStamp> there, boolean moving) {}

    /// The names whose change is to be believed now.
    SortedMap<String, Due> due(Map<String, FileStamp> inForce, long now) {
        var due = new TreeMap<String, Due>();
        boolean together = moving.values().stream().allMatch(m -> isStill(m, now));
        boolean impatient =
                moving.values().stream()
                        .anyMatch(m -> now - m.first() >= pace.impatience().toNanos());
        moving.forEach((name, m) -> {
            boolean stubborn = now - m.first() >= pace.stubborn().toNanos();
            boolean complete = isStill(m, now) && !becameEmpty(inForce.get(name), m);
            if (stubborn || (complete && (together || impatient))) {
                due.put(name, new Due(m.there(), !isStill(m, now)));
            }
        });
        return due;
    }

    /// When to look again although nothing is reported; empty when nothing moves.
    ///
    /// @param held names that are not to be believed yet, however still they are
    OptionalLong next(Map<String, FileStamp> inForce, Set<String> held) {
        return moving.entrySet().stream()
                .filter(e -> !held.contains(e.getKey()))
                .mapToLong(e ->
                        becameEmpty(inForce.get(e.getKey()), e.getValue())
                                ? e.getValue().first() + pace.stubborn().toNanos()
                                : e.getValue().since() + pace.quiet().toNanos())
                .min();
    }

    /// Whether every change that was seen is in force.
    boolean isSettled() {
        return moving.isEmpty();
    }

    /// Says that what is there under a name is in force now.
    void settle(String name) {
        moving.remove(name);
    }

    private boolean isStill(Moving m, long now) {
        return now - m.since() >= pace.quiet().toNanos();
    }

    private static boolean becameEmpty(@Nullable FileStamp before, Moving m) {
        return before != null
                && before.size() > 0
                && m.there().map(FileStamp::size).orElse(1L) == 0;
    }
}
