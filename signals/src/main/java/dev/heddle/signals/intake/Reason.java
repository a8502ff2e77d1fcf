package dev.heddle.signals.intake;

/// Why something that was told is not kept.
public enum Reason {
    /// More came than could be written.
    QUEUE_FULL("queue_full"),
    /// It cannot be read, as a span without a trace.
    INVALID("invalid"),
    /// A metric that is not one of Istio's, or a distribution of a kind that is not read.
    NOT_KEPT("not_kept"),
    /// There is no room for another edge or series.
    TOO_MANY_SERIES("too_many_series"),
    /// The disk failed.
    STORAGE("storage");

    private final String word;

    Reason(String word) {
        this.word = word;
    }

    /// As in a label: `queue_full`.
    @Override
    public String toString() {
        return word;
    }
}
