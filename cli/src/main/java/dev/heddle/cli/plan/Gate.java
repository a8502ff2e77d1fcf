package dev.heddle.cli.plan;

import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.change.Aspect;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// When requests that are treated otherwise are too many.
///
/// @param aspects that count
/// @param percent of the sample that may be: 0 to 100
public record Gate(Set<Aspect> aspects, double percent) {
    public Gate {
        aspects = Set.copyOf(aspects);
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent: " + percent + " (expected: 0 to 100)");
        }
    }

    /// One in the words of a command line.
    ///
    /// @param aspects none for all
    /// @param percent as in `0.5%`
    /// @throws Failure when there is no such aspect, or that is no percentage
    public static Gate of(List<String> aspects, String percent) {
        if (!percent.matches("([0-9]{1,2}(\\.[0-9]{1,6})?|100)%?")) {
            throw Failure.usage(
                    "--max-changed: '" + percent + "' (expected: a percentage, as in 0.5%)", "");
        }
        return new Gate(
                aspects.isEmpty()
                        ? EnumSet.allOf(Aspect.class)
                        : aspects.stream().map(Gate::aspect).collect(Collectors.toSet()),
                Double.parseDouble(percent.replace("%", "")));
    }

    private static Aspect aspect(String word) {
        return Stream.of(Aspect.values())
                .filter(it -> it.toString().equalsIgnoreCase(word.strip()))
                .findFirst()
                .orElseThrow(() ->
                        Failure.usage(
                                "--fail-on: '%s' (expected: some of %s)"
                                        .formatted(word, Arrays.toString(Aspect.values())),
                                "for example --fail-on denied,answer"));
    }

    /// Whether no more change than may.
    boolean isPassedBy(Replay replay) {
        return replay.requests() == 0
                || 100 * replay.failed() / replay.requests() <= percent + 1e-9;
    }
}
