package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.ParentWatch;
import dev.heddle.cli.text.Failure;
import dev.heddle.proxy.ProxyMain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// `heddle proxy`: runs a proxy from an Envoy v3 bootstrap.
public final class ServeProxy {
    private static final int MAX_WORKERS = 64;

    private ServeProxy() {}

    /// With what to run.
    ///
    /// @param bootstrap YAML or JSON
    /// @param workers event loops; 0 for one for each processor
    /// @param drainSeconds how long requests may take to end when the process is asked to
    /// @param withParent whether to end when standard input does
    public record Settings(Path bootstrap, int workers, int drainSeconds, boolean withParent) {
        public Settings {
            if (workers < 0 || workers > MAX_WORKERS) {
                throw new IllegalArgumentException(
                        "--concurrency: %d (expected: 0 to %d)".formatted(workers, MAX_WORKERS));
            }
            if (drainSeconds < 0) {
                throw new IllegalArgumentException(
                        "--drain-time-s: %d (expected: 0 or more)".formatted(drainSeconds));
            }
        }
    }

    /// Runs until the process is told to stop.
    public static int run(Settings settings, Machine machine) {
        if (!Files.isReadable(settings.bootstrap())) {
            throw Failure.usage(
                    settings.bootstrap() + ": there is no such file",
                    "name an Envoy v3 bootstrap in YAML or JSON");
        }
        if (settings.withParent()) {
            ParentWatch.onEnd(machine.in(), () -> System.exit(0));
        }
        var usual = ProxyMain.Arguments.of(settings.bootstrap());
        return ProxyMain.run(
                new ProxyMain.Arguments(
                        usual.bootstrap(),
                        settings.workers() == 0 ? usual.workers() : settings.workers(),
                        Duration.ofSeconds(settings.drainSeconds())),
                machine.err());
    }
}
