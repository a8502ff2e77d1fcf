package dev.heddle.telemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a member of a family is told apart by. Printed once, however many families have it, so only
/// for whoever made it.
@Confined("reader")
public final class MemberLabels {
    private final List<String> names;
    private final List<String> values;
    private @Nullable String text;

    /// @param names in the order in which they are printed
    /// @param values of the same number
    public MemberLabels(List<String> names, List<String> values) {
        if (names.size() != values.size()) {
            throw new IllegalArgumentException(
                    "values: " + values.size() + " (expected: " + names.size() + ")");
        }
        this.names = List.copyOf(names);
        this.values = List.copyOf(values);
    }

    /// None.
    public static MemberLabels none() {
        return new MemberLabels(List.of(), List.of());
    }

    static MemberLabels of(Labels labels) {
        return new MemberLabels(
                labels.pairs().stream().map(Labels.Label::name).toList(),
                labels.pairs().stream().map(Labels.Label::value).toList());
    }

    /// In the order in which they are printed.
    public List<String> names() {
        return names;
    }

    /// As many as names.
    public List<String> values() {
        return values;
    }

    /// As they stand between the braces of a line.
    String text() {
        String printed = text == null ? PrometheusText.labels(names, values) : text;
        text = printed;
        return printed;
    }
}
