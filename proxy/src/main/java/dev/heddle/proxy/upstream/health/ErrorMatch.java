package dev.heddle.proxy.upstream.health;

import dev.heddle.proxy.http.ResponseHead;

/// Says which answers are errors of their host, in the place of their status (`error_matcher` of
/// `envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection`).
@FunctionalInterface
public interface ErrorMatch {
    boolean test(ResponseHead response);
}
