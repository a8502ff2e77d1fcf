package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.ParentWatch;
import dev.heddle.cli.process.StopSignal;
import dev.heddle.cli.text.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// `heddle agent`: keeps an identity for a proxy that does not do so itself, such as stock Envoy,
/// and runs that proxy as soon as there is one.
public final class ServeAgent {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private ServeAgent() {}

    /// Runs until the proxy has ended or the process is told to stop.
    ///
    /// @param command of the proxy; empty where somebody else runs it
    /// @return the proxy's exit code, or 0
    public static int run(
            AgentOptions options, List<String> command, boolean withParent, Machine machine) {
        var stop = StopSignal.ofThisProcess();
        if (withParent) {
            ParentWatch.onEnd(machine.in(), () -> System.exit(0));
        }
        try (var _ = options.start()) {
            if (command.isEmpty()) {
                stop.await();
                return 0;
            }
            return run(command, stop);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            stop.done();
        }
    }

    private static int run(List<String> command, StopSignal stop) throws InterruptedException {
        Process proxy;
        try {
            proxy = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            throw Failure.of(command.getFirst() + ": " + e.getMessage(), "");
        }
        try {
            while (proxy.isAlive() && !stop.await(Duration.ofMillis(200))) {
                // It runs.
            }
            if (proxy.isAlive()) {
                proxy.destroy();
            }
            if (!proxy.waitFor(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)) {
                proxy.destroyForcibly();
            }
            return proxy.isAlive() ? 1 : proxy.exitValue();
        } finally {
            proxy.destroyForcibly();
        }
    }
}
