package dev.heddle.proxy.observe;

/// Where filters count what only they know, on one worker: names as Envoy's below `http.<prefix>.`,
/// as in `fault.aborts_injected`, or below what their kind of filter has. A name is there once it
/// was told.
public interface FilterStats {
    /// Adds one.
    void count(String stat);

    /// Adds some.
    default void add(String stat, long amount) {
        for (long i = 0; i < amount; i++) {
            count(stat);
        }
    }

    /// Where is counted what a filter's configuration names apart, `<prefix>.<kind>.`: the same one
    /// whenever asked. Here, unless names are kept apart.
    ///
    /// @param label under which Prometheus shows the prefix
    default FilterStats named(String prefix, String kind, String label) {
        return this;
    }

    /// Moves a gauge.
    void move(String gauge, long by);

    /// What a gauge says over all workers; a moment late.
    long level(String gauge);
}
