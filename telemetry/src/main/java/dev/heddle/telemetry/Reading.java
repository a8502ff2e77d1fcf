package dev.heddle.telemetry;

/// What one meter held at one moment.
public sealed interface Reading {

    /// The meter's names.
    MeterId id();

    /// Whether it ever moved; `/stats?usedonly` leaves out what did not.
    boolean used();

    /// A counter.
    ///
    /// @param value since the process began
    record CounterValue(MeterId id, long value) implements Reading {
        @Override
        public boolean used() {
            return value != 0;
        }
    }

    /// A gauge.
    ///
    /// @param value now
    record GaugeValue(MeterId id, long value) implements Reading {
        @Override
        public boolean used() {
            return value != 0;
        }
    }

    /// A histogram.
    ///
    /// @param values since the process began
    record HistogramValue(MeterId id, HistogramSnapshot values) implements Reading {
        @Override
        public boolean used() {
            return values.count() != 0;
        }
    }
}
