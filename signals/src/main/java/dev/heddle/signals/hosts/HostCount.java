package dev.heddle.signals.hosts;

import java.time.Instant;
import java.util.OptionalLong;

/// How many hosts of a cluster a proxy sends no requests to.
///
/// @param node the proxy's id
/// @param cluster as in `outbound|9080||reviews.default.svc.cluster.local`
/// @param ejected how many are ejected as outliers; empty where it does not say
/// @param passing how many pass their health checks; empty where it does not say
/// @param at when it said so last
public record HostCount(
        String node, String cluster, OptionalLong ejected, OptionalLong passing, Instant at) {}
