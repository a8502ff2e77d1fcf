package dev.heddle.proxy.config;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// How the process is run, as the bootstrap's node says it (`PROXY_CONFIG`, as Istio's agent and
/// `heddle bootstrap` write it). The command line goes before it.
///
/// @param workers event loops; 0 for one for each processor
/// @param drain how long clients of a listener that goes or changes are asked to go
/// @param leastDrain how long connections are taken after the process was asked to end
/// @param lastDrain how long the last ones may stay after that
/// @param scrape where it answers for its workload, too; empty for nowhere
/// @param series how much is kept of counters whose labels depend on requests
public record ProcessConfig(
        OptionalInt workers,
        Optional<Duration> drain,
        Optional<Duration> leastDrain,
        Optional<Duration> lastDrain,
        Optional<ScrapeConfig> scrape,
        SeriesLimits series) {
    /// Nothing said.
    public static final ProcessConfig NONE =
            new ProcessConfig(
                    OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /// One that keeps what is usual.
    public ProcessConfig(
            OptionalInt workers,
            Optional<Duration> drain,
            Optional<Duration> leastDrain,
            Optional<Duration> lastDrain) {
        this(workers, drain, leastDrain, lastDrain, Optional.empty(), SeriesLimits.USUAL);
    }

    /// The same, keeping so much.
    ProcessConfig keeping(SeriesLimits limits) {
        return new ProcessConfig(workers, drain, leastDrain, lastDrain, scrape, limits);
    }

    /// The same, answering for its workload there.
    ProcessConfig scraped(Optional<ScrapeConfig> where) {
        return new ProcessConfig(workers, drain, leastDrain, lastDrain, where, series);
    }
}
