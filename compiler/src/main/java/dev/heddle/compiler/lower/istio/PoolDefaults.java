package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.ir.ConnectionPool.KeepAlive;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.TcpKeepalive;
import dev.heddle.model.mesh.MeshConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// What the mesh says of connections to hosts, where no DestinationRule does.
///
/// @param connectTimeout for a connection to be made
/// @param keepAlive has the kernel probe silent ones
/// @param isHttp2 whether HTTP is spoken in version 2
/// @param pool limits; empty for none
public record PoolDefaults(
        Duration connectTimeout,
        Optional<KeepAlive> keepAlive,
        boolean isHttp2,
        Optional<ConnectionPoolSettings> pool) {

    /// Those of a mesh.
    public static PoolDefaults of(MeshSettings settings) {
        return new PoolDefaults(
                settings.config()
                        .flatMap(MeshConfig::connectTimeout)
                        .filter(Duration::isPositive)
                        .orElse(ConnectionPool.UNLIMITED.connectTimeout()),
                settings.config().flatMap(MeshConfig::tcpKeepalive).map(PoolDefaults::keepAlive),
                settings.config()
                        .map(c -> c.h2UpgradePolicy() == MeshConfig.H2UpgradePolicy.UPGRADE)
                        .orElse(false),
                settings.config()
                        .flatMap(MeshConfig::defaultTrafficPolicy)
                        .flatMap(MeshConfig.TrafficDefaults::connectionPool));
    }

    static KeepAlive keepAlive(TcpKeepalive asked) {
        OptionalInt probes = asked.probes();
        return new KeepAlive(
                probes.orElse(0) > 0 ? probes : OptionalInt.empty(),
                seconds(asked.time()),
                seconds(asked.interval()));
    }

    /// As Istio, without fractions.
    private static OptionalInt seconds(Optional<Duration> time) {
        int seconds = Math.clamp(time.orElse(Duration.ZERO).toSeconds(), 0, 1 << 30);
        return seconds == 0 ? OptionalInt.empty() : OptionalInt.of(seconds);
    }
}
