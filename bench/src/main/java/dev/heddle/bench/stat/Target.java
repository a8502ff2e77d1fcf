package dev.heddle.bench.stat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a row wants to show: a figure of one arm, or its ratio to another arm's, within a bound.
///
/// @param metric which figure is compared
/// @param arm whose figure
/// @param base the arm that it is divided by; absent when the figure itself is bounded
/// @param baseMetric which figure of the base; usually the same
/// @param bound which side of the goal is good
/// @param goal what must be reached
/// @param aim what would be splendid
public record Target(
        Metric metric,
        String arm,
        Optional<String> base,
        Metric baseMetric,
        Bound bound,
        double goal,
        double aim) {

    /// Which side of the goal is good.
    public enum Bound {
        AT_MOST("≤"),
        AT_LEAST("≥");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }

        /// As it is written.
        public String sign() {
            return sign;
        }

        /// Whether a value is on the good side.
        public boolean holds(double value, double limit) {
            return switch (this) {
                case AT_MOST -> value <= limit;
                case AT_LEAST -> value >= limit;
            };
        }
    }

    public Target {
        if (bound.holds(goal, aim) && goal != aim) {
            throw new IllegalArgumentException(
                    "aim: " + aim + " (expected: beyond the goal of " + goal + ")");
        }
    }

    /// A ratio that must not exceed the goal.
    public static Target ratioAtMost(
            Metric metric, String arm, String base, double goal, double aim) {
        return new Target(metric, arm, Optional.of(base), metric, Bound.AT_MOST, goal, aim);
    }

    /// A ratio that must reach the goal.
    public static Target ratioAtLeast(
            Metric metric, String arm, String base, double goal, double aim) {
        return new Target(metric, arm, Optional.of(base), metric, Bound.AT_LEAST, goal, aim);
    }

    /// A figure that must not exceed the goal by itself.
    public static Target atMost(Metric metric, String arm, double goal, double aim) {
        return new Target(metric, arm, Optional.empty(), metric, Bound.AT_MOST, goal, aim);
    }

    /// As it is printed: what is divided by what.
    public String title() {
        return base.map(b ->
                        metric == baseMetric
                                ? metric.title() + ": " + arm + " / " + b
                                : arm
                                        + ", "
                                        + metric.title()
                                        + " / "
                                        + b
                                        + ", "
                                        + baseMetric.title())
                .orElse(metric.title() + ": " + arm);
    }

    /// The values to judge, one for each round in which every needed figure was taken.
    public List<Double> perRound(List<Measurement> measured) {
        var tops = new TreeMap<Integer, Double>();
        var bottoms = new TreeMap<Integer, Double>();
        for (Measurement m : measured) {
            if (m.arm().equals(arm)) {
                m.value(metric).ifPresent(v -> tops.put(m.round(), v));
            }
            if (base.isPresent() && m.arm().equals(base.get())) {
                m.value(baseMetric).ifPresent(v -> bottoms.put(m.round(), v));
            }
        }
        var found = new ArrayList<Double>();
        for (Map.Entry<Integer, Double> top : tops.entrySet()) {
            if (base.isEmpty()) {
                found.add(top.getValue());
                continue;
            }
            Double bottom = bottoms.get(top.getKey());
            if (bottom != null && bottom > 0) {
                found.add(top.getValue() / bottom);
            }
        }
        return found;
    }
}
