package dev.heddle.control.stage;

import dev.heddle.model.codec.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How a change reaches proxies: some first, and more of them when these are content.
///
/// @param percents how many proxies of all have the change in each stage, growing; the last is 100
/// @param hold how long a stage is watched once all of its proxies have acknowledged
/// @param patience how long they may take to acknowledge
/// @param withGateways whether gateways take part in every stage, not only in the last
/// @param errorJump by how many percentage points more of the answers may be 5xx than before
public record StagePlan(
        List<Double> percents,
        Duration hold,
        Duration patience,
        boolean withGateways,
        double errorJump) {
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3})?)%");
    private static final int MOST_STAGES = 20;
    private static final double ALL = 100;

    public StagePlan {
        percents = List.copyOf(percents);
        double before = 0;
        for (double percent : percents) {
            if (percent <= before || percent > ALL) {
                throw new IllegalArgumentException(
                        "stages: %s (expected: growing, from above 0%% to 100%%)"
                                .formatted(text(percents)));
            }
            before = percent;
        }
        if (before != ALL || percents.size() > MOST_STAGES) {
            throw new IllegalArgumentException(
                    "stages: %s (expected: at most %d, the last of them 100%%)"
                            .formatted(text(percents), MOST_STAGES));
        }
        if (hold.isNegative() || hold.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("hold: " + hold + " (expected: 0 s to 1 day)");
        }
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("patience: " + patience + " (expected: > 0 s)");
        }
        if (errorJump < 0 || errorJump > ALL) {
            throw new IllegalArgumentException(
                    "errorJump: " + errorJump + " (expected: 0 to 100 percentage points)");
        }
    }

    /// Reads a plan as it is written: `1%,25%,100%`, `30s`, `30s`, `5%`.
    ///
    /// @throws IllegalArgumentException with what is wrong
    public static StagePlan parse(
            String stages, String hold, String patience, boolean withGateways, String errorJump) {
        var percents = new ArrayList<Double>();
        for (String stage : Pattern.compile(",").splitAsStream(stages).toList()) {
            percents.add(percent("stages", stage.strip()));
        }
        return new StagePlan(
                percents,
                duration("hold", hold),
                duration("patience", patience),
                withGateways,
                percent("errorJump", errorJump));
    }

    private static double percent(String what, String text) {
        var matcher = PERCENT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: a percentage, as in 25%%)".formatted(what, text));
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static Duration duration(String what, String text) {
        return Durations.parse(text)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "%s: '%s' (expected: a time, as in 30s)".formatted(what, text)));
    }

    /// Which stage is the last.
    int last() {
        return percents.size() - 1;
    }

    /// The stages as they are written.
    public String stages() {
        return text(percents);
    }

    private static String text(List<Double> percents) {
        return percents.stream().map(StagePlan::text).collect(Collectors.joining(","));
    }

    /// As in `25%`.
    static String text(double percent) {
        return (percent == Math.rint(percent)
                        ? Long.toString((long) percent)
                        : Double.toString(percent))
                + "%";
    }
}
