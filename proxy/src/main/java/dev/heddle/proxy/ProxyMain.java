package dev.heddle.proxy;

import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.config.ProcessConfig;
import dev.heddle.proxy.config.ProxyBootstrap;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.linux.Compilers;
import dev.heddle.proxy.tls.JdkProviders;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One proxy as one process: `-c BOOTSTRAP [--concurrency N] [--drain-time-s N] [--drain-strategy
/// gradual|immediate] [--minimum-drain-time-s N] [--termination-drain-time-s N]
/// [--mass-removal-hold-s N] [--snapshot DIR]`, after Envoy.
///
/// Ends with 0 when it was asked to end (SIGTERM, SIGINT, `POST /quitquitquit`), with 1 when it
/// cannot start, with 2 when the arguments are wrong.
public final class ProxyMain {

    private ProxyMain() {}

    private static final Duration USUAL_DRAIN = Duration.ofSeconds(30);

    /// How to run one proxy. What is absent is as the bootstrap's node says it.
    ///
    /// @param workers event loops
    /// @param usualWorkers where nobody says it
    /// @param drain how clients of a listener that goes are asked to go
    /// @param removalHold how long a removal of most clusters or listeners is doubted
    /// @param snapshots where what is in force is kept; empty for nowhere
    /// @param isAtEdge whether what the configuration leaves open is what Envoy recommends at the
    ///   edge of a network
    /// @param allowsRemoteAdmin whether all admin pages answer other machines
    /// @param environment of the process, as far as spans may speak of it
    public record Arguments(
            Path bootstrap,
            OptionalInt workers,
            int usualWorkers,
            Draining drain,
            Duration removalHold,
            Optional<Path> snapshots,
            boolean isAtEdge,
            boolean allowsRemoteAdmin,
            Map<String, String> environment) {

        /// With nothing said.
        public static Arguments of(Path bootstrap) {
            JdkProviders.keepNeeded();
            return new Arguments(
                    bootstrap,
                    OptionalInt.empty(),
                    ProxySettings.ofProcess().workers(),
                    Draining.UNSAID,
                    ProxySettings.REMOVAL_HOLD,
                    Optional.empty(),
                    false,
                    false,
                    Map.of());
        }

        private int workers(ProcessConfig said) {
            int wanted = workers.orElse(said.workers().orElse(usualWorkers));
            return wanted == 0 ? ProxySettings.ofProcess().workers() : wanted;
        }
    }

    /// How clients are asked to go.
    ///
    /// @param time how long, of a listener that goes or changes
    /// @param strategy whether one by one
    /// @param least how long connections are taken after the process is asked to end
    /// @param last how long the last of them may stay after that; as long as `time`, where nobody
    ///   says it
    public record Draining(
            Optional<Duration> time,
            DrainPlan.Strategy strategy,
            Optional<Duration> least,
            Optional<Duration> last) {
        /// Nothing said: half a minute, one by one, and no new connections.
        public static final Draining UNSAID =
                new Draining(
                        Optional.empty(),
                        DrainPlan.Strategy.GRADUAL,
                        Optional.empty(),
                        Optional.empty());

        private Draining with(
                @Nullable Duration time, @Nullable Duration least, @Nullable Duration last) {
            return new Draining(
                    Optional.ofNullable(time).or(this::time),
                    strategy,
                    Optional.ofNullable(least).or(this::least),
                    Optional.ofNullable(last).or(this::last));
        }

        private Draining over(ProcessConfig said) {
            Duration all = time.or(said::drain).orElse(USUAL_DRAIN);
            return new Draining(
                    Optional.of(all),
                    strategy,
                    least.or(said::leastDrain).or(() -> Optional.of(Duration.ZERO)),
                    last.or(said::lastDrain).or(() -> Optional.of(all)));
        }

        private DrainPlan plan() {
            return new DrainPlan(time.orElse(USUAL_DRAIN), strategy);
        }
    }

    public static void main(String[] args) {
        Arguments arguments;
        try {
            arguments = parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        System.exit(run(arguments, System.err));
    }

    /// A signal ends the Java process with 128 and its number, whatever was done about it; who
    /// drained as asked ends with 0, as Envoy.
    private static void endWell() {
        Runtime.getRuntime().halt(0);
    }

    /// Runs a proxy until the process is asked to end.
    ///
    /// @return the exit code
    public static int run(Arguments arguments, PrintStream errors) {
        Compilers.stepBack();
        // Netty follows one of a hundred buffers by a stack trace, which is for tests.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        JdkProviders.lookForBoringSsl(InstantSource.system());
        Proxy proxy;
        Draining draining;
        try {
            ProxyBootstrap bootstrap =
                    arguments.isAtEdge()
                            ? BootstrapParser.readAtEdge(
                                    arguments.bootstrap(), Runtime.getRuntime().maxMemory())
                            : BootstrapParser.read(arguments.bootstrap());
            draining = arguments.drain().over(bootstrap.process());
            ProxySettings settings =
                    ProxySettings.ofProcess()
                            .withWorkers(arguments.workers(bootstrap.process()))
                            .withDrain(draining.plan())
                            .withRemovalHold(arguments.removalHold())
                            .allowingRemoteAdmin(arguments.allowsRemoteAdmin())
                            .in(arguments.environment());
            proxy =
                    Proxy.start(
                            bootstrap,
                            arguments.snapshots().map(settings::keeping).orElse(settings));
        } catch (BootstrapException | IOException e) {
            errors.println("heddle proxy: " + e.getMessage());
            return 1;
        }
        Duration least = draining.least().orElse(Duration.ZERO);
        Duration last = draining.last().orElse(USUAL_DRAIN);
        var ended = new CountDownLatch(1);
        Thread onSignal =
                new Thread(() -> {
                    boolean isSignal = ended.getCount() > 0;
                    proxy.drainAndStop(least, last);
                    ended.countDown();
                    if (isSignal) {
                        endWell();
                    }
                });
        Runtime.getRuntime().addShutdownHook(onSignal);
        var _ =
                proxy.quitAsked()
                        .thenRun(() -> {
                            proxy.drainAndStop(Duration.ZERO, last);
                            ended.countDown();
                        });
        var memory = new IdleMemory();
        try {
            while (!ended.await(IdleMemory.INTERVAL_SECONDS, TimeUnit.SECONDS)) {
                memory.look();
            }
        } catch (InterruptedException e) {
            proxy.close();
        }
        return 0;
    }

    private static Arguments parse(String[] args) {
        JdkProviders.keepNeeded();
        Path bootstrap = null;
        var workers = OptionalInt.empty();
        Draining drain = Draining.UNSAID;
        Duration removalHold = ProxySettings.REMOVAL_HOLD;
        boolean isAtEdge = false;
        Optional<Path> snapshots = Optional.empty();
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "-c", "--config-path" -> bootstrap = Path.of(value);
                case "--concurrency" -> workers = OptionalInt.of(Integer.parseInt(value));
                case "--profile" -> isAtEdge = value.equals("edge");
                case "--drain-time-s" -> drain = drain.with(seconds(value), null, null);
                case "--drain-strategy" ->
                        drain =
                                new Draining(
                                        drain.time(), strategy(value), drain.least(), drain.last());
                case "--minimum-drain-time-s" -> drain = drain.with(null, seconds(value), null);
                case "--termination-drain-time-s" -> drain = drain.with(null, null, seconds(value));
                case "--mass-removal-hold-s" -> removalHold = seconds(value);
                case "--snapshot" -> snapshots = Optional.of(Path.of(value));
                default ->
                        throw new IllegalArgumentException(
                                args[i] + ": unknown (expected: -c FILE)");
            }
        }
        if (bootstrap == null || args.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "usage: -c BOOTSTRAP [--concurrency N] [--drain-time-s N]"
                            + " [--drain-strategy gradual|immediate]"
                            + " [--minimum-drain-time-s N] [--termination-drain-time-s N]"
                            + " [--mass-removal-hold-s N] [--snapshot DIR]");
        }
        return new Arguments(
                bootstrap,
                workers,
                ProxySettings.ofProcess().workers(),
                drain,
                removalHold,
                snapshots,
                isAtEdge,
                false,
                System.getenv());
    }

    private static Duration seconds(String value) {
        return Duration.ofSeconds(Long.parseLong(value));
    }

    /// The strategy of that name, as in `gradual`.
    ///
    /// @throws IllegalArgumentException when there is none
    public static DrainPlan.Strategy strategy(String name) {
        return switch (name) {
            case "gradual" -> DrainPlan.Strategy.GRADUAL;
            case "immediate" -> DrainPlan.Strategy.IMMEDIATE;
            default ->
                    throw new IllegalArgumentException(
                            "--drain-strategy: '" + name + "' (expected: gradual or immediate)");
        };
    }
}
