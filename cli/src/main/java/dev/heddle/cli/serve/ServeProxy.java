package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.ParentWatch;
import dev.heddle.cli.text.Failure;
import dev.heddle.proxy.ProxyMain;
import dev.heddle.proxy.ProxySettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// `heddle proxy`: runs a proxy from an Envoy v3 bootstrap.
public final class ServeProxy {
    private static final int MAX_WORKERS = 64;

    private ServeProxy() {}

    /// With what to run. What is absent is as the bootstrap's node says it.
    ///
    /// @param bootstrap YAML or JSON
    /// @param profile how large it is made
    /// @param workers event loops; 0 for one for each processor
    /// @param drain how clients are asked to go
    /// @param removalHoldSeconds how long a removal of most clusters or listeners is doubted; 0 for
    ///   not at all
    /// @param snapshots where what is in force is kept, for a start without a control plane; empty
    ///   for nowhere
    /// @param identity how it gets a certificate of the mesh; empty where it has none, or somebody
    ///   else keeps it
    /// @param allowsRemoteAdmin whether all admin pages answer other machines
    /// @param withParent whether to end when standard input does
    public record Settings(
            Path bootstrap,
            Profile profile,
            OptionalInt workers,
            Drain drain,
            int removalHoldSeconds,
            Optional<Path> snapshots,
            Optional<AgentOptions> identity,
            boolean allowsRemoteAdmin,
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
            workers.ifPresent(n -> {
                if (n < 0 || n > MAX_WORKERS) {
                    throw new IllegalArgumentException(
                            "--concurrency: %d (expected: 0 to %d)".formatted(n, MAX_WORKERS));
                }
            });
        }
    }

    /// How clients are asked to go, in seconds.
    ///
    /// @param time how long requests may take to end
    /// @param strategy `gradual` or `immediate`
    /// @param least how long connections are taken after the process was asked to end
    /// @param last how long the last of them may stay after that
    public record Drain(OptionalInt time, String strategy, OptionalInt least, OptionalInt last) {
        /// Nothing said, and one by one.
        public static final Drain UNSAID =
                new Drain(OptionalInt.empty(), "gradual", OptionalInt.empty(), OptionalInt.empty());

        public Drain {
            check("--drain-time-s", time);
            check("--minimum-drain-time-s", least);
            check("--termination-drain-time-s", last);
            var _ = ProxyMain.strategy(strategy);
        }

        private static void check(String option, OptionalInt seconds) {
            if (seconds.orElse(0) < 0) {
                throw new IllegalArgumentException(
                        "%s: %d (expected: 0 or more)".formatted(option, seconds.getAsInt()));
            }
        }

        private ProxyMain.Draining toProxy() {
            return new ProxyMain.Draining(
                    duration(time), ProxyMain.strategy(strategy), duration(least), duration(last));
        }

        private static Optional<Duration> duration(OptionalInt seconds) {
            return seconds.stream().mapToObj(Duration::ofSeconds).findFirst();
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
        var workers = OptionalInt.empty();
        Drain drain = Drain.UNSAID;
        Optional<Path> snapshots = Optional.empty();
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
                    case "--concurrency" -> workers = number(rest.next());
                    case "--snapshot" -> snapshots = Optional.of(Path.of(rest.next()));
                    case "--drain-time-s" ->
                            drain =
                                    new Drain(
                                            number(rest.next()),
                                            drain.strategy(),
                                            drain.least(),
                                            drain.last());
                    case "--minimum-drain-time-s" ->
                            drain =
                                    new Drain(
                                            drain.time(),
                                            drain.strategy(),
                                            number(rest.next()),
                                            drain.last());
                    case "--termination-drain-time-s" ->
                            drain =
                                    new Drain(
                                            drain.time(),
                                            drain.strategy(),
                                            drain.least(),
                                            number(rest.next()));
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
                                    snapshots,
                                    Optional.empty(),
                                    false,
                                    withParent));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static OptionalInt number(String text) {
        return OptionalInt.of(Integer.parseInt(text));
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
        if (settings.identity().isPresent()) {
            // Nothing is served before it can be proven who serves it.
            try (var _ = settings.identity().get().start()) {
                return serve(settings, machine);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return 1;
            }
        }
        return serve(settings, machine);
    }

    private static int serve(Settings settings, Machine machine) {
        var usual = ProxyMain.Arguments.of(settings.bootstrap());
        return ProxyMain.run(
                new ProxyMain.Arguments(
                        usual.bootstrap(),
                        settings.workers(),
                        settings.profile().workers(usual.usualWorkers()),
                        settings.drain().toProxy(),
                        Duration.ofSeconds(settings.removalHoldSeconds()),
                        settings.snapshots(),
                        settings.profile() == Profile.EDGE,
                        settings.allowsRemoteAdmin(),
                        machine.environment()),
                machine.err());
    }
}
