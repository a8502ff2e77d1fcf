package dev.heddle.telemetry;

import java.util.function.Predicate;

/// Families of meters that are kept elsewhere, too many to be made an object each when somebody
/// reads.
public interface PrometheusSource {
    /// Prints families in Prometheus' text format, each with its line of the type. Called on the
    /// reader's thread, so it must be safe there.
    ///
    /// @param family says whether one of that name is wanted
    void print(StringBuilder out, Predicate<String> family);
}
