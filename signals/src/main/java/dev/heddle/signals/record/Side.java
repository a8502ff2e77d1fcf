package dev.heddle.signals.record;

/// At which end of a call its reporter stands. A gateway stands at the source of what it calls.
public enum Side {
    SOURCE,
    DESTINATION;

    /// The side of Istio's label `reporter`; whatever it does not know stands at the source, as
    /// `waypoint` does.
    public static Side of(String reporter) {
        return reporter.equals("destination") ? DESTINATION : SOURCE;
    }

    @Override
    public String toString() {
        return this == SOURCE ? "source" : "destination";
    }
}
