package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.ParentWatch;
import dev.heddle.cli.process.StopSignal;
import dev.heddle.cli.text.Failure;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// `heddle control`: runs a control plane.
public final class ServeControl {
    private ServeControl() {}

    /// With what to run.
    ///
    /// @param config directory to watch
    /// @param data directory for state
    /// @param xds where proxies connect in plain text; empty for nowhere
    /// @param ca the certificate authority; empty for none
    /// @param api where people and the console do
    /// @param withParent whether to end when standard input does
    public record Settings(
            Path config,
            Path data,
            Optional<InetSocketAddress> xds,
            Optional<CaServer.Settings> ca,
            InetSocketAddress api,
            boolean withParent) {}

    private static ControlBootstrap bootstrap(Settings settings) {
        if (settings.xds().isEmpty() && settings.ca().isEmpty()) {
            throw Failure.usage(
                    "--xds: none, and there is no --ca: no proxy could connect",
                    "add --ca HOST:PORT, where proxies with a certificate connect");
        }
        ControlBootstrap all =
                ControlBootstrap.of(
                        settings.config().toAbsolutePath().normalize(),
                        settings.data().toAbsolutePath().normalize(),
                        settings.xds());
        return settings.ca().map(all::signing).orElse(all);
    }

    /// Runs until the process is told to stop.
    public static int run(Settings settings, Machine machine) {
        if (!Files.isDirectory(settings.config())) {
            throw Failure.usage(
                    "--config: %s is no directory".formatted(settings.config()),
                    "name a directory of YAML files to watch");
        }
        var stop = StopSignal.ofThisProcess();
        if (settings.withParent()) {
            ParentWatch.onEnd(machine.in(), () -> System.exit(0));
        }
        try (var control = ControlPlane.start(bootstrap(settings));
                var _ =
                        ConsoleServer.start(
                                settings.api(), control.mesh(), control.configStore())) {
            stop.await();
            return 0;
        } catch (IOException e) {
            throw Failure.of("control plane: " + e.getMessage(), "");
        } finally {
            stop.done();
        }
    }
}
