package dev.heddle.bench.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A process that the bench started. Its output is in files, so that it never waits for a reader.
///
/// @param name what it is to a reader, such as `haproxy`
/// @param process the process itself, without a wrapper around it
/// @param out where its standard output goes
/// @param err where its standard error goes
public record Child(String name, Process process, Path out, Path err) {

    /// Its process id.
    public long pid() {
        return process.pid();
    }

    /// Whether it runs.
    public boolean alive() {
        return process.isAlive();
    }

    /// The CPU time that it has used.
    public CpuTime cpu() {
        return CpuTime.parse(read(Path.of("/proc", Long.toString(pid()), "stat")));
    }

    /// What of it the compilers of a JVM have used.
    public CompilerTime compilers() {
        return CompilerTime.of(Path.of("/proc", Long.toString(pid())));
    }

    /// Its proportional set size in bytes.
    public long pss() {
        return Pss.parse(read(Path.of("/proc", Long.toString(pid()), "smaps_rollup")));
    }

    /// What its memory is made of.
    public Mappings mappings() {
        return Mappings.parse(read(Path.of("/proc", Long.toString(pid()), "smaps")));
    }

    /// What it has printed so far.
    public String printed() {
        return read(out);
    }

    /// What it has written to its standard error so far.
    public String complaints() {
        return read(err);
    }

    /// What it complained about last, for a message: its last line that is not indented.
    public String complaint() {
        return (read(out) + read(err))
                .lines()
                .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                .reduce((_, later) -> later)
                .orElse("it said nothing");
    }

    /// Waits for its end. Empty when it still runs after the given time.
    public Optional<Integer> await(long seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS)
                    ? Optional.of(process.exitValue())
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("the run was interrupted", e);
        }
    }

    /// Asks it to end, then makes it end. Returns when it is gone.
    public void stop() {
        process.destroy();
        if (await(2).isEmpty()) {
            process.destroyForcibly();
            await(10);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BenchException("cannot read " + file, e);
        }
    }
}
