package dev.heddle.proxy.filter;

import dev.heddle.proxy.drain.DrainState;
import dev.heddle.proxy.hits.RuleHits;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tokens.VerifiedTokens;
import dev.heddle.proxy.upstream.Clusters;
import java.util.Map;

/// What a filter is made with: the worker that it will belong to and what that worker owns.
///
/// @param http2 shared by the worker's HTTP/2 connections
/// @param overload what the proxy stops doing at this moment
/// @param drains what of the whole proxy is drained at this moment
/// @param hits where is counted how often each rule is chosen
/// @param verified tokens that the worker has verified
/// @param secrets that came by themselves, by the keys of their references
/// @param localCluster the service that this proxy is of, as its bootstrap says (`node.cluster`)
public record FilterContext(
        Worker worker,
        Clusters clusters,
        Http2Loop http2,
        Published<OverloadState> overload,
        Published<DrainState> drains,
        RuleHits hits,
        VerifiedTokens verified,
        Published<Map<String, Secret>> secrets,
        String localCluster) {
    /// Of a proxy that is never in danger.
    public FilterContext(Worker worker, Clusters clusters, Http2Loop http2) {
        this(
                worker,
                clusters,
                http2,
                new Published<>(OverloadState.NONE),
                new Published<>(DrainState.NONE),
                new RuleHits(worker, false),
                new VerifiedTokens(),
                new Published<>(Map.of()),
                "");
    }
}
