package dev.heddle.cli.demo;

import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.model.codec.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// How a proxy that is to end says goodbye, as Istio's agent has one do it.
///
/// @param isAsked whether somebody said how; the demo's own proxies are quicker than Istio's
/// @param least how long connections are taken, and clients asked to go
/// @param untilTheLast whether the process ends with its last connection after that, and not at
///   once
public record Farewell(boolean isAsked, Duration least, boolean untilTheLast) {
    /// What the demo waits for last connections at most: whoever stops it wants to see the end.
    static final Duration LONGEST = Duration.ofSeconds(30);

    private static final String MINIMUM = "MINIMUM_DRAIN_DURATION";
    private static final String EXIT_ON_ZERO = "EXIT_ON_ZERO_ACTIVE_CONNECTIONS";
    private static final Duration USUAL_MINIMUM = Duration.ofSeconds(5);
    private static final Set<String> YES = Set.of("1", "t", "T", "true", "TRUE", "True");

    /// What users say: with `EXIT_ON_ZERO_ACTIVE_CONNECTIONS` until the last connection, after
    /// `MINIMUM_DRAIN_DURATION`; else for `terminationDrainDuration`.
    static Farewell of(ProcessOptions process) {
        if (YES.contains(process.environment().getOrDefault(EXIT_ON_ZERO, ""))) {
            Duration minimum =
                    Optional.ofNullable(process.environment().get(MINIMUM))
                            .flatMap(Durations::parse)
                            .orElse(USUAL_MINIMUM);
            return new Farewell(true, minimum, true);
        }
        return new Farewell(
                process.terminationDrain().isPresent(),
                process.terminationDrain().orElse(Duration.ZERO),
                false);
    }

    /// How long the process may take to end after it was told to, where it does all of this itself.
    ///
    /// @param usual where nobody says anything
    Duration patience(Duration usual) {
        return untilTheLast ? least.plus(LONGEST) : least.plus(usual);
    }
}
