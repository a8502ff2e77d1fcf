package dev.heddle.compiler.ir;

/// How one of a cluster's hosts is chosen for a request.
public sealed interface LoadBalancing {
    /// One after the other, by weight.
    record RoundRobin() implements LoadBalancing {}

    /// The less loaded of two that are chosen by chance. Istio's default.
    record LeastRequest() implements LoadBalancing {}

    /// By chance.
    record Random() implements LoadBalancing {}

    /// The cluster knows its one host by itself.
    record ByCluster() implements LoadBalancing {}
}
