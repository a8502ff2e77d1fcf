package dev.heddle.proxy.config;

import java.util.List;

/// What became of one resource.
public sealed interface Parsed<T> {

    /// It can be run.
    ///
    /// @param value what to run
    /// @param notes fields that are left out without changing any request, each with its path
    record Accepted<T>(T value, List<String> notes) implements Parsed<T> {
        public Accepted {
            notes = List.copyOf(notes);
        }
    }

    /// It cannot.
    ///
    /// @param reasons what is wrong, each with the field's path; never empty
    record Rejected<T>(List<String> reasons) implements Parsed<T> {
        public Rejected {
            if (reasons.isEmpty()) {
                throw new IllegalArgumentException("reasons: [] (expected: at least one)");
            }
            reasons = List.copyOf(reasons);
        }

        /// All reasons in one line, as in `lb_policy: RING_HASH is not implemented`.
        public String text() {
            return String.join("; ", reasons);
        }
    }
}
