package dev.heddle.control;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.source.Pace;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/// With what a control plane starts.
///
/// @param config directory of configuration, watched
/// @param data directory for state; made when it is not there
/// @param xds where proxies connect in plain text; port 0 takes any free one; empty for nowhere
/// @param ca the certificate authority; empty for none
/// @param settings of the mesh as a whole
/// @param pace how patiently the directory is watched
/// @param compilers how many proxies' configurations are compiled at once, at least 1
/// @param clock for records
/// @param nanos for durations: never goes back
/// @param bundlesFrom whom the control plane asks for bundles of other trust domains
public record ControlBootstrap(
        Path config,
        Path data,
        Optional<InetSocketAddress> xds,
        Optional<CaServer.Settings> ca,
        MeshSettings settings,
        Pace pace,
        int compilers,
        InstantSource clock,
        LongSupplier nanos,
        Reach bundlesFrom) {

    public ControlBootstrap {
        if (compilers < 1) {
            throw new IllegalArgumentException("compilers: " + compilers + " (expected: >= 1)");
        }
    }

    /// The same with a certificate authority.
    public ControlBootstrap signing(CaServer.Settings authority) {
        return new ControlBootstrap(
                config,
                data,
                xds,
                Optional.of(authority),
                settings,
                pace,
                compilers,
                clock,
                nanos,
                bundlesFrom);
    }

    /// The same for somebody who keeps what proxies tell of traffic.
    public ControlBootstrap keepingSignals() {
        return new ControlBootstrap(
                config,
                data,
                xds,
                ca,
                settings.keepingSignals(),
                pace,
                compilers,
                clock,
                nanos,
                bundlesFrom);
    }

    /// The same with somebody else to ask for bundles.
    public ControlBootstrap asking(Reach others) {
        return new ControlBootstrap(
                config, data, xds, ca, settings, pace, compilers, clock, nanos, others);
    }

    /// The usual settings around two directories and an address.
    public static ControlBootstrap of(Path config, Path data, InetSocketAddress xds) {
        return of(config, data, Optional.of(xds));
    }

    /// The same, or without a port for plain text: proxies connect where certificates are signed.
    public static ControlBootstrap of(Path config, Path data, Optional<InetSocketAddress> xds) {
        return new ControlBootstrap(
                config,
                data,
                xds,
                Optional.empty(),
                MeshSettings.DEFAULT,
                Pace.NORMAL,
                Runtime.getRuntime().availableProcessors(),
                InstantSource.system(),
                System::nanoTime,
                Reach.of(System.getenv("HEDDLE_BUNDLES_FROM")));
    }

    /// Whom the control plane calls for keys though it usually would not, as the environment says.
    static Reach keysFrom() {
        return Reach.of(System.getenv("HEDDLE_KEYS_FROM"));
    }
}
