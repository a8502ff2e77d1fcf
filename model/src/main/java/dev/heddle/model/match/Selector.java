package dev.heddle.model.match;

import dev.heddle.model.schema.Ordered;
import java.util.List;
import java.util.Map;

/// Chooses by labels, as Kubernetes' own selectors do: all that is said must hold. An empty one
/// chooses all.
public record Selector(Map<String, String> matchLabels, List<Requirement> matchExpressions) {
    public Selector {
        matchLabels = Ordered.copyOf(matchLabels);
        matchExpressions = List.copyOf(matchExpressions);
    }

    /// What a label must be.
    ///
    /// @param values with In and NotIn
    public record Requirement(String key, Operator operator, List<String> values) {
        /// The ways to look at a label.
        public enum Operator {
            /// It has one of the values.
            In,
            /// It has none of the values, or is not there.
            NotIn,
            /// It is there.
            Exists,
            /// It is not.
            DoesNotExist
        }

        public Requirement {
            values = List.copyOf(values);
        }

        private boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case In -> value != null && values.contains(value);
                case NotIn -> value == null || !values.contains(value);
                case Exists -> value != null;
                case DoesNotExist -> value == null;
            };
        }
    }

    /// Whether something of these labels is chosen.
    public boolean matches(Map<String, String> labels) {
        return labels.entrySet().containsAll(matchLabels.entrySet())
                && matchExpressions.stream().allMatch(r -> r.holds(labels));
    }
}
