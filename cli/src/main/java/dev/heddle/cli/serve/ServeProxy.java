package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.ParentWatch;
import dev.heddle.cli.text.Failure;
import dev.heddle.proxy.ProxyMain;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.drain.DrainPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `heddle proxy`: runs a proxy from an Envoy v3 bootstrap.
public final class ServeProxy {
    private static final int MAX_WORKERS = 64;

    private ServeProxy() {}

    /// With what to run.
    ///
    /// @param bootstrap YAML or JSON
    /// @param profile how large it is made
    /// @param workers event loops; 0 for as many as the profile has
    /// @param drain how clients are asked to go
    /// @param removalHoldSeconds how long a removal of most clusters or listeners is doubted; 0 for
    ///   not at all
    /// @param withParent whether to end when standard input does
    public record Settings(
            Path bootstrap,
            Profile profile,
            int workers,
            Drain drain,
            int removalHoldSeconds,
            boolean withParent) {
        /// A minute.
        public static final int USUAL_REMOVAL_HOLD_SECONDS =
                (int) ProxySettings.REMOVAL_HOLD.toSeconds();

        public Settings {
            if (removalHoldSeconds < 0) {
                throw new IllegalArgumentException(
                        "--mass-removal-hold-s: %d (expected: 0 or more)"
                                .formatted(removalHoldSeconds));
            }
            if (workers < 0 || workers > MAX_WORKERS) {
                throw new IllegalArgumentException(
                        "--concurrency: %d (expected: 0 to %d)".formatted(workers, MAX_WORKERS));
            }
        }
    }

    /// How clients are asked to go.
    ///
    /// @param seconds how long requests may take to end
    /// @param strategy `gradual` or `immediate`
    /// @param leastSeconds how long connections are taken after the process was asked to end
    public record Drain(int seconds, String strategy, int leastSeconds) {
        /// Half a minute, one by one, and no new connections.
        public static final Drain USUAL = new Drain(30, "gradual", 0);

        public Drain {
            if (seconds < 0) {
                throw new IllegalArgumentException(
                        "--drain-time-s: %d (expected: 0 or more)".formatted(seconds));
            }
            if (leastSeconds < 0) {
                throw new IllegalArgumentException(
                        "--minimum-drain-time-s: %d (expected: 0 or more)".formatted(leastSeconds));
            }
            var _ = ProxyMain.strategy(strategy);
        }

        private DrainPlan plan() {
            return new DrainPlan(Duration.ofSeconds(seconds), ProxyMain.strategy(strategy));
        }
    }

    /// Reads a plain command line (`proxy -c FILE` and options with values behind them), so that a
    /// sidecar need not load what the other commands need: 5 MB. Anything else, mistakes too, is
    /// left to the command line's own parser, which explains itself.
    ///
    /// @return empty when this is no such command line
    public static Optional<Settings> plain(List<String> arguments) {
        if (arguments.isEmpty() || !arguments.getFirst().equals("proxy")) {
            return Optional.empty();
        }
        Path bootstrap = null;
        Profile profile = Profile.PLAIN;
        int workers = 0;
        Drain drain = Drain.USUAL;
        boolean withParent = false;
        var rest = arguments.subList(1, arguments.size()).iterator();
        try {
            while (rest.hasNext()) {
                String name = rest.next();
                if (name.equals("--exit-on-stdin-eof")) {
                    withParent = true;
                    continue;
                }
                if (!rest.hasNext()) {
                    return Optional.empty();
                }
                switch (name) {
                    case "-c", "--config-path" -> bootstrap = Path.of(rest.next());
                    case "--profile" ->
                            profile = Profile.valueOf(rest.next().toUpperCase(Locale.ROOT));
                    case "--concurrency" -> workers = Integer.parseInt(rest.next());
                    case "--drain-time-s" ->
                            drain =
                                    new Drain(
                                            Integer.parseInt(rest.next()),
                                            drain.strategy(),
                                            drain.leastSeconds());
                    default -> {
                        return Optional.empty();
                    }
                }
            }
            return bootstrap == null || !Files.isReadable(bootstrap)
                    ? Optional.empty()
                    : Optional.of(
                            new Settings(
                                    bootstrap,
                                    profile,
                                    workers,
                                    drain,
                                    Settings.USUAL_REMOVAL_HOLD_SECONDS,
                                    withParent));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
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
                        settings.workers() == 0
                                ? settings.profile().workers(usual.workers())
                                : settings.workers(),
                        settings.drain().plan(),
                        Duration.ofSeconds(settings.drain().leastSeconds()),
                        Duration.ofSeconds(settings.removalHoldSeconds()),
                        settings.profile() == Profile.EDGE),
                machine.err());
    }
}
