package dev.heddle.control.ca;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/// Where a change of the root stands. Who has a certificate must believe the new root before
/// anybody shows one of its, and nobody may need the old one any more when it goes.
///
/// ```
///   SETTLED ──announce──▶ ANNOUNCED ──sign──▶ SIGNING ──retire──▶ RETIRED ──▶ SETTLED
///      ◀────────back──────────┘  ◀────back──────┘
/// ```
///
/// @param since when it was entered; the beginning of time when settled
record RootRotation(Phase phase, Instant since) {
    /// The phases.
    enum Phase {
        /// One root.
        SETTLED,
        /// The old one signs; both are believed.
        ANNOUNCED,
        /// The new one signs; both are believed.
        SIGNING,
        /// The new one is alone, and about to take the old one's place.
        RETIRED
    }

    static final RootRotation NONE = new RootRotation(Phase.SETTLED, Instant.MIN);

    /// Where it stands after that step; empty where the step is none from here.
    Optional<RootRotation> after(Step step, Instant now) {
        return switch (step) {
            case ANNOUNCE -> from(Phase.SETTLED, Phase.ANNOUNCED, now);
            case SIGN -> from(Phase.ANNOUNCED, Phase.SIGNING, now);
            case RETIRE -> from(Phase.SIGNING, Phase.RETIRED, now);
            case BACK ->
                    switch (phase) {
                        case SIGNING -> Optional.of(new RootRotation(Phase.ANNOUNCED, now));
                        case ANNOUNCED -> Optional.of(NONE);
                        case SETTLED, RETIRED -> Optional.empty();
                    };
        };
    }

    private Optional<RootRotation> from(Phase before, Phase after, Instant now) {
        return phase == before ? Optional.of(new RootRotation(after, now)) : Optional.empty();
    }

    /// What is done next, where something is.
    Optional<Step> next() {
        return switch (phase) {
            case SETTLED -> Optional.of(Step.ANNOUNCE);
            case ANNOUNCED -> Optional.of(Step.SIGN);
            case SIGNING -> Optional.of(Step.RETIRE);
            case RETIRED -> Optional.empty();
        };
    }

    /// A step of a rotation.
    enum Step {
        ANNOUNCE,
        SIGN,
        RETIRE,
        BACK;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// As it is kept.
    String text() {
        return phase + " " + since + "\n";
    }

    /// Reads what was kept; empty when it cannot be read.
    static Optional<RootRotation> parse(String text) {
        String[] parts = text.strip().split(" ", -1);
        try {
            return parts.length == 2
                    ? Optional.of(
                            new RootRotation(Phase.valueOf(parts[0]), Instant.parse(parts[1])))
                    : Optional.empty();
        } catch (IllegalArgumentException | DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
