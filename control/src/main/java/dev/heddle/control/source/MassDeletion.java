package dev.heddle.control.source;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Whether a directory has lost so much at once that an accident is likelier than a wish: a volume
/// that was unmounted, a directory that was moved away and made anew, a script with a wrong path.
///
/// ```
///            nothing is left, or less than half of ten or more
///   None ──────────────────────────────────────────────────────▶ Held(since)
///     ◀──── enough is there again, or [Pace#disbelief] is over ────┘
/// ```
///
/// A directory with nothing in it is not believed however long it stays so: whoever means it leaves
/// a file there, and be it one with a comment only. A tree that has shrunk to less than half counts
/// after a while, because that is how a large change looks, too.
sealed interface MassDeletion {
    /// Fewer files than this are too few to speak of a mass, unless all are gone.
    int MANY = 10;

    /// Nothing is held back.
    record None() implements MassDeletion {}

    /// Files that are gone and stay in force.
    ///
    /// @param had how many files were in force
    /// @param left how many of all files are there
    /// @param since when this was seen first, in nanoseconds
    record Held(Set<String> names, int had, int left, long since) implements MassDeletion {
        public Held {
            names = Set.copyOf(names);
        }
    }

    static MassDeletion none() {
        return new None();
    }

    /// What a look into the directory makes of it.
    ///
    /// @param had how many files are in force
    /// @param left how many files are there, whether in force or not
    /// @param gone the names that have been missing for long enough to believe it of one file
    default MassDeletion next(int had, int left, Set<String> gone, Pace pace, long now) {
        boolean isMass = left == 0 || (had >= MANY && left * 2 < had);
        if (gone.isEmpty() || !isMass) {
            return new None();
        }
        long since =
                switch (this) {
                    case None() -> now;
                    // Who comes back may come back in pieces.
                    case Held held -> left > held.left() ? now : held.since();
                };
        boolean isOver = left > 0 && now - since >= pace.disbelief().toNanos();
        return isOver ? new None() : new Held(gone, had, left, since);
    }

    default boolean isHeld() {
        return !held().isEmpty();
    }

    /// The names that stay in force although they are gone.
    default Set<String> held() {
        return switch (this) {
            case None() -> Set.of();
            case Held held -> held.names();
        };
    }

    /// When the rest is believed; empty when there is nothing to wait for.
    default OptionalLong next(Pace pace) {
        return switch (this) {
            case None() -> OptionalLong.empty();
            case Held(_, _, int left, long since) ->
                    left == 0
                            ? OptionalLong.empty()
                            : OptionalLong.of(since + pace.disbelief().toNanos());
        };
    }

    /// What to tell about it.
    ///
    /// @param directory as people know it
    default Optional<Diagnostic> finding(String directory, Pace pace) {
        return switch (this) {
            case None() -> Optional.empty();
            case Held(_, int had, int left, _) ->
                    Optional.of(
                            Diagnostic.of(
                                    DiagnosticCode.MASS_DELETION,
                                    Origin.ofText(directory, Position.UNKNOWN),
                                    left == 0
                                            ? "all files (" + had + ") are gone"
                                            : "of " + had + " files only " + left + " are left",
                                    left == 0
                                            ? "They stay in force. Is a volume not mounted? To"
                                                    + " really empty the mesh, put a file there"
                                                    + " that has nothing but a comment, and wait "
                                                    + pace.disbelief().toSeconds()
                                                    + " s"
                                            : "What is gone stays in force for "
                                                    + pace.disbelief().toSeconds()
                                                    + " s. Put it back, or wait if you mean it"));
        };
    }
}
