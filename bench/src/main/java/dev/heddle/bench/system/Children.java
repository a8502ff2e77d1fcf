package dev.heddle.bench.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Every process of a run, and the only place that starts or stops one.
///
/// [#close] stops what is left, last started first, and nothing can be started any more; the launch
/// code calls it at the end and from its shutdown hook. Where the system has `setpriv`, a child is
/// also killed by the kernel when the bench is killed; so a child must be started by a thread that
/// lives as long as the run.
public final class Children implements AutoCloseable {
    private final Path logs;
    private final List<String> guard;
    private final ConcurrentLinkedDeque<Child> running = new ConcurrentLinkedDeque<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param logs an existing directory for what the children print
    /// @param tools where to find setpriv
    public Children(Path logs, Tools tools) {
        this.logs = logs;
        this.guard =
                tools.find("setpriv")
                        .map(tool -> List.of(tool.toString(), "--pdeathsig", "KILL"))
                        .orElse(List.of());
    }

    /// Starts a command, on one core when there is one to pin it to.
    ///
    /// @throws CancellationException when the run is being stopped
    public Child start(
            String name, Optional<Integer> core, Map<String, String> env, List<String> command) {
        var whole = new ArrayList<>(guard);
        core.ifPresent(c -> whole.addAll(List.of("taskset", "-c", c.toString())));
        whole.addAll(command);
        String file = "%03d-%s".formatted(count.incrementAndGet(), name);
        Path out = logs.resolve(file + ".out");
        Path err = logs.resolve(file + ".err");
        var builder = new ProcessBuilder(whole);
        builder.environment().putAll(env);
        builder.directory(logs.toFile());
        builder.redirectOutput(out.toFile());
        builder.redirectError(err.toFile());
        try {
            Child child = new Child(name, builder.start(), out, err);
            running.add(child);
            if (closed.get()) { // the run is being stopped by another thread
                stop(child);
                throw new CancellationException("the run is over");
            }
            return child;
        } catch (IOException e) {
            throw new BenchException("cannot start " + name, e);
        }
    }

    /// Runs a command to its end and returns it; it may have failed.
    public Child run(String name, Optional<Integer> core, long seconds, List<String> command) {
        Child child = start(name, core, Map.of(), command);
        boolean ended = child.await(seconds).isPresent();
        stop(child);
        if (!ended) {
            throw new BenchException(name + " did not end within " + seconds + " s");
        }
        return child;
    }

    /// Stops a child.
    public void stop(Child child) {
        child.stop();
        running.remove(child);
    }

    @Override
    public void close() {
        closed.set(true);
        Child last;
        while ((last = running.pollLast()) != null) {
            last.stop();
        }
    }

    /// A new directory for the files of one process.
    public Path directory(String name) {
        try {
            return Files.createDirectory(
                    logs.resolve("%03d-%s".formatted(count.incrementAndGet(), name)));
        } catch (IOException e) {
            throw new BenchException("cannot make a directory in " + logs, e);
        }
    }
}
