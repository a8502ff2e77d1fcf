package dev.heddle.proxy;

import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.linux.Compilers;
import dev.heddle.proxy.tls.JdkProviders;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One proxy as one process: `-c BOOTSTRAP [--concurrency N] [--drain-time-s N] [--drain-strategy
/// gradual|immediate] [--minimum-drain-time-s N] [--mass-removal-hold-s N]`, after Envoy.
///
/// Ends with 0 when it was asked to end (SIGTERM, SIGINT, `POST /quitquitquit`), with 1 when it
/// cannot start, with 2 when the arguments are wrong.
public final class ProxyMain {

    private ProxyMain() {}

    /// How to run one proxy.
    ///
    /// @param drain how long requests may take to end, and how clients are asked to go
    /// @param leastDrain how long connections are taken after the process is asked to end
    /// @param removalHold how long a removal of most clusters or listeners is doubted
    /// @param isAtEdge whether what the configuration leaves open is what Envoy recommends at the
    ///   edge of a network
    public record Arguments(
            Path bootstrap,
            int workers,
            DrainPlan drain,
            Duration leastDrain,
            Duration removalHold,
            boolean isAtEdge) {

        /// With the usual number of workers, and Envoy's half minute.
        public static Arguments of(Path bootstrap) {
            JdkProviders.keepNeeded();
            return new Arguments(
                    bootstrap,
                    ProxySettings.ofProcess().workers(),
                    DrainPlan.gradual(Duration.ofSeconds(30)),
                    Duration.ZERO,
                    ProxySettings.REMOVAL_HOLD,
                    false);
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
        try {
            proxy =
                    Proxy.start(
                            arguments.isAtEdge()
                                    ? BootstrapParser.readAtEdge(
                                            arguments.bootstrap(), Runtime.getRuntime().maxMemory())
                                    : BootstrapParser.read(arguments.bootstrap()),
                            ProxySettings.ofProcess()
                                    .withWorkers(arguments.workers())
                                    .withDrain(arguments.drain())
                                    .withRemovalHold(arguments.removalHold()));
        } catch (BootstrapException | IOException e) {
            errors.println("heddle proxy: " + e.getMessage());
            return 1;
        }
        var ended = new CountDownLatch(1);
        Thread onSignal =
                new Thread(() -> {
                    boolean isSignal = ended.getCount() > 0;
                    proxy.drainAndStop(arguments.leastDrain(), arguments.drain().time());
                    ended.countDown();
                    if (isSignal) {
                        endWell();
                    }
                });
        Runtime.getRuntime().addShutdownHook(onSignal);
        var _ =
                proxy.quitAsked()
                        .thenRun(() -> {
                            proxy.drainAndStop(Duration.ZERO, arguments.drain().time());
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
        int workers = ProxySettings.ofProcess().workers();
        long drain = 30;
        long leastDrain = 0;
        Duration removalHold = ProxySettings.REMOVAL_HOLD;
        var strategy = DrainPlan.Strategy.GRADUAL;
        boolean isAtEdge = false;
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "-c", "--config-path" -> bootstrap = Path.of(value);
                case "--concurrency" -> workers = Integer.parseInt(value);
                case "--profile" -> isAtEdge = value.equals("edge");
                case "--drain-time-s" -> drain = Long.parseLong(value);
                case "--drain-strategy" -> strategy = strategy(value);
                case "--minimum-drain-time-s" -> leastDrain = Long.parseLong(value);
                case "--mass-removal-hold-s" ->
                        removalHold = Duration.ofSeconds(Long.parseLong(value));
                default ->
                        throw new IllegalArgumentException(
                                args[i] + ": unknown (expected: -c FILE)");
            }
        }
        if (bootstrap == null || args.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "usage: -c BOOTSTRAP [--concurrency N] [--drain-time-s N]"
                            + " [--drain-strategy gradual|immediate]"
                            + " [--minimum-drain-time-s N] [--mass-removal-hold-s N]");
        }
        return new Arguments(
                bootstrap,
                workers,
                new DrainPlan(Duration.ofSeconds(drain), strategy),
                Duration.ofSeconds(leastDrain),
                removalHold,
                isAtEdge);
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
