package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.Tracing.Tail;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.Durations;
import dev.heddle.model.istio.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Which requests are told of in the end, though they were not chosen: what an annotation of a
/// Telemetry says, as in `errors, slower=500ms`. The narrowest that says something counts.
public final class TailKeeping {
    /// The annotation.
    public static final String ANNOTATION = "heddle.dev/tail-keep";

    private static final String SLOWER = "slower=";
    private static final Duration LONGEST = Duration.ofHours(1);

    private TailKeeping() {}

    static Optional<Tail> lower(List<Resource<Telemetry>> telemetries) {
        return telemetries.stream()
                .flatMap(it -> said(it).stream())
                .reduce((_, narrower) -> narrower)
                .flatMap(TailKeeping::read);
    }

    /// What a Telemetry says; empty for nothing.
    public static Optional<String> said(Resource<Telemetry> telemetry) {
        return Optional.ofNullable(telemetry.metadata().annotations().get(ANNOTATION));
    }

    /// What such words mean; empty for words that mean nothing.
    public static Optional<Tail> read(String said) {
        boolean errors = false;
        Optional<Duration> slow = Optional.empty();
        for (String word : said.split(",", -1)) {
            String stripped = word.strip();
            if (stripped.equals("errors")) {
                errors = true;
                continue;
            }
            slow =
                    stripped.startsWith(SLOWER)
                            ? duration(stripped.substring(SLOWER.length()))
                            : Optional.empty();
            if (slow.isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(new Tail(errors, slow));
    }

    private static Optional<Duration> duration(String text) {
        return Durations.parse(text).filter(it -> it.isPositive() && it.compareTo(LONGEST) <= 0);
    }
}
