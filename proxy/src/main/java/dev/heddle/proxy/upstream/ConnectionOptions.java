package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http.Limits;
import dev.heddle.proxy.runtime.ConnectSettings;
import java.time.Duration;

/// How connections to a cluster's hosts are kept, and what is taken from them.
///
/// @param maxDuration after which a connection takes no further request; zero for no limit
/// @param sockets how they are made
/// @param responseLimits of response heads
/// @param maxPerHost open and opening connections to one host (`per_host_thresholds`)
/// @param preconnectRatio connections that are made for each request that needs one, from 1 to 3
///   (`preconnect_policy.per_upstream_preconnect_ratio`)
/// @param names what their handshakes take from requests
public record ConnectionOptions(
        Duration maxDuration,
        ConnectSettings sockets,
        Limits responseLimits,
        int maxPerHost,
        double preconnectRatio,
        RequestNames names) {
    /// Envoy's limits of response heads.
    public static final Limits ENVOY_RESPONSE = new Limits(80 * 1024, 100);

    /// Envoy's defaults.
    public static final ConnectionOptions ENVOY =
            new ConnectionOptions(
                    Duration.ZERO, ConnectSettings.USUAL, ENVOY_RESPONSE, Integer.MAX_VALUE, 1);

    /// Those that take nothing from requests.
    public ConnectionOptions(
            Duration maxDuration,
            ConnectSettings sockets,
            Limits responseLimits,
            int maxPerHost,
            double preconnectRatio) {
        this(maxDuration, sockets, responseLimits, maxPerHost, preconnectRatio, RequestNames.NONE);
    }

    public ConnectionOptions {
        if (maxDuration.isNegative()) {
            throw new IllegalArgumentException("maxDuration: " + maxDuration + " (expected: >= 0)");
        }
        if (maxPerHost < 0) {
            throw new IllegalArgumentException("maxPerHost: " + maxPerHost + " (expected: >= 0)");
        }
        if (!(preconnectRatio >= 1 && preconnectRatio <= 3)) {
            throw new IllegalArgumentException(
                    "preconnectRatio: " + preconnectRatio + " (expected: from 1 to 3)");
        }
    }
}
