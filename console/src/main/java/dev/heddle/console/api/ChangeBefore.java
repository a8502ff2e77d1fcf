package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.world.VersionChange;
import dev.heddle.control.world.VersionChange.ResourceChange;
import dev.heddle.control.world.WorldHistory.Version;
import dev.heddle.signals.record.RequestLog;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What of the configuration changed just before a request failed: the first thing to ask.
final class ChangeBefore {
    /// What is older has proved itself.
    private static final Duration JUST = Duration.ofMinutes(10);

    private static final int MOST_NAMED = 3;

    private ChangeBefore() {}

    /// A sentence, as in `Version 7 of the configuration came 3 s before, by alice ('faster'):
    /// VirtualService default/reviews configured.`; empty where nothing came that the caller may
    /// know of.
    ///
    /// @param versions the newest first
    static Optional<String> of(List<Version> versions, RequestLog failed, Caller caller) {
        Instant when = Instant.EPOCH.plus(failed.timeMicros(), ChronoUnit.MICROS);
        // A configuration that came while the request was under way may have ended it.
        Instant end = when.plus(failed.outcome().durationMicros(), ChronoUnit.MICROS);
        return versions.stream()
                .filter(v -> !v.since().isAfter(end))
                .findFirst()
                .filter(v -> v.since().isAfter(when.minus(JUST)))
                // The first one changed nothing.
                .filter(v -> v.number() != versions.getLast().number())
                .flatMap(v -> said(v, Duration.between(v.since(), when), caller));
    }

    private static Optional<String> said(Version version, Duration before, Caller caller) {
        VersionChange change = version.change();
        List<ResourceChange> seen =
                change.resources().stream().filter(r -> caller.sees(r.namespace())).toList();
        if (seen.isEmpty()) {
            return Optional.empty();
        }
        String named =
                seen.stream()
                        .limit(MOST_NAMED)
                        .map(it -> it.resource() + " " + it.action())
                        .collect(Collectors.joining(", "));
        int others = seen.size() - Math.min(seen.size(), MOST_NAMED);
        return Optional.of(
                "Version %d of the configuration came %s%s%s: %s%s."
                        .formatted(
                                version.number(),
                                before.isNegative() ? "meanwhile" : ago(before) + " before",
                                change.who().isEmpty()
                                        ? ""
                                        : ", by " + String.join(", ", change.who()),
                                change.message().isEmpty() ? "" : " ('" + change.message() + "')",
                                named,
                                others > 0 ? " and " + others + " more" : ""));
    }

    private static String ago(Duration before) {
        return before.toMinutes() > 0
                ? before.toMinutes() + " min"
                : before.toSeconds() > 0 ? before.toSeconds() + " s" : before.toMillis() + " ms";
    }
}
