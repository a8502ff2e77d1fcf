package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.H2UpgradePolicy;
import dev.heddle.model.istio.ConnectionPoolSettings.HttpSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.TcpSettings;

/// Looks at limits of connections.
final class ConnectionPoolCheck {
    private ConnectionPoolCheck() {}

    static void check(ConnectionPoolSettings pool, FieldPath path, Findings findings) {
        if (pool.tcp().isEmpty() && pool.http().isEmpty()) {
            findings.missing(path, "it limits nothing (expected: tcp or http)");
        }
        pool.tcp().ifPresent(t -> checkTcp(t, path.field("tcp"), findings));
        pool.http().ifPresent(h -> checkHttp(h, path.field("http"), findings));
    }

    private static void checkTcp(TcpSettings tcp, FieldPath path, Findings findings) {
        Values.checkNotNegative(tcp.maxConnections(), path.field("maxConnections"), findings);
        Values.checkDuration(tcp.connectTimeout(), path.field("connectTimeout"), findings);
        Values.checkLimit(
                tcp.maxConnectionDuration(), path.field("maxConnectionDuration"), findings);
        Values.checkLimit(tcp.idleTimeout(), path.field("idleTimeout"), findings);
        tcp.tcpKeepalive()
                .ifPresent(k -> {
                    FieldPath at = path.field("tcpKeepalive");
                    Values.checkNotNegative(k.probes(), at.field("probes"), findings);
                    Values.checkDuration(k.time(), at.field("time"), findings);
                    Values.checkDuration(k.interval(), at.field("interval"), findings);
                });
    }

    private static void checkHttp(HttpSettings http, FieldPath path, Findings findings) {
        Values.checkNotNegative(
                http.http1MaxPendingRequests(), path.field("http1MaxPendingRequests"), findings);
        Values.checkNotNegative(http.http2MaxRequests(), path.field("http2MaxRequests"), findings);
        Values.checkNotNegative(
                http.maxRequestsPerConnection(), path.field("maxRequestsPerConnection"), findings);
        Values.checkNotNegative(http.maxRetries(), path.field("maxRetries"), findings);
        Values.checkNotNegative(
                http.maxConcurrentStreams(), path.field("maxConcurrentStreams"), findings);
        Values.checkLimit(http.idleTimeout(), path.field("idleTimeout"), findings);
        if (http.h2UpgradePolicy() == H2UpgradePolicy.UPGRADE && http.useClientProtocol()) {
            findings.exclusive(
                    path.field("useClientProtocol"), "h2UpgradePolicy", "useClientProtocol");
        }
        http.http2KeepAlive()
                .ifPresent(k -> {
                    FieldPath at = path.field("http2KeepAlive");
                    Values.checkDuration(k.interval(), at.field("interval"), findings);
                    Values.checkDuration(k.timeout(), at.field("timeout"), findings);
                });
    }
}
