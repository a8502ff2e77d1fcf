package dev.heddle.telemetry;

import java.util.function.Predicate;

/// Families of meters that are kept elsewhere, too many to be made an object each when somebody
/// reads.
public interface PrometheusSource {
    /// Tells of families. Called on the reader's thread, so it must be safe there.
    ///
    /// @param family says whether one of that name is wanted
    void tell(MetricSink sink, Predicate<String> family);
}
