package dev.heddle.telemetry;

import java.util.ArrayList;
import java.util.List;

/// The labels of one meter, in the order in which they are printed.
///
/// @param pairs name and value of each; names are Prometheus label names, values any text
public record Labels(List<Label> pairs) {

    /// No labels.
    public static final Labels NONE = new Labels(List.of());

    public Labels {
        pairs = List.copyOf(pairs);
    }

    /// One label.
    public static Labels of(String name, String value) {
        return new Labels(List.of(new Label(name, value)));
    }

    /// These labels with one more at their front, as Envoy puts the most specific first.
    public Labels with(String name, String value) {
        var longer = new ArrayList<Label>(pairs.size() + 1);
        longer.add(new Label(name, value));
        longer.addAll(pairs);
        return new Labels(longer);
    }

    /// A name and its value.
    ///
    /// @param name letters, digits and underscores
    /// @param value any text; escaped when printed
    public record Label(String name, String value) {
        public Label {
            if (!name.matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
                throw new IllegalArgumentException(
                        "name: '" + name + "' (expected: a Prometheus label name)");
            }
        }
    }
}
