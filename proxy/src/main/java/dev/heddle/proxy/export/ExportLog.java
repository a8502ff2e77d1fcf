package dev.heddle.proxy.export;

/// Counts what becomes of batches. Called on the worker's thread; must not block and must not
/// throw.
public interface ExportLog {
    /// Items left with a call.
    void sent(int items);

    /// Items are lost: too many waited, or they could not be written down.
    void dropped(int items);

    /// A batch left because its time had come, not its size.
    void timerFlushed();

    /// A call is over, and how.
    void reported(Outcome outcome);

    /// How a call ended. Only the first has the collector keep the batch.
    enum Outcome {
        /// The collector took the batch.
        TAKEN,
        /// The collector answered that it did not.
        REFUSED,
        /// There was no answer.
        FAILED,
        /// There is no such cluster, or not now.
        NO_CLUSTER
    }
}
