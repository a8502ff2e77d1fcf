package dev.heddle.proxy.config;

import java.net.URI;

/// Where a proxy answers for its workload, too, when somebody asks for metrics: the node's metadata
/// `HEDDLE_SCRAPE`, as `heddle bootstrap` writes it.
///
/// @param port at all addresses; 0 for one that the system chooses
/// @param application where the workload's own metrics are, as in `http://127.0.0.1:9080/metrics`
public record ScrapeConfig(int port, URI application) {
    /// The field of a node's metadata.
    static final String FIELD = "HEDDLE_SCRAPE";
}
