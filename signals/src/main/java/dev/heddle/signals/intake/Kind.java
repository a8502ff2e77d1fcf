package dev.heddle.signals.intake;

/// What waits apart from the rest.
public enum Kind {
    LOG("logs"),
    SPAN("spans"),
    METRIC("metrics");

    private final String plural;

    Kind(String plural) {
        this.plural = plural;
    }

    /// As in `logs`.
    @Override
    public String toString() {
        return plural;
    }
}
