package dev.heddle.bench.system;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What the threads of a JVM's compilers have used of the processor.
///
/// The source is `/proc/PID/task/*/stat`, where HotSpot's threads are called `C1 CompilerThre` and
/// `C2 CompilerThre`. A JVM ends compilers that have nothing to do, and their time with them, so
/// only what threads did that are there at the end counts.
///
/// @param micros microseconds, by thread id; empty for what is no JVM
public record CompilerTime(Map<String, Double> micros) {

    public CompilerTime {
        micros = Map.copyOf(micros);
    }

    /// Reads it of a process.
    static CompilerTime of(Path process) {
        var micros = new HashMap<String, Double>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path thread : threads) {
                String stat = stat(thread);
                if (stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler")) {
                    String id = String.valueOf(thread.getFileName());
                    micros.put(id, CpuTime.parse(stat).totalMicros());
                }
            }
        } catch (IOException e) {
            throw new BenchException("cannot read the threads of " + process, e);
        }
        return new CompilerTime(micros);
    }

    /// @return nothing when the thread has ended
    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (NoSuchFileException _) {
            return "";
        }
    }

    /// Microseconds since an earlier reading.
    public double since(CompilerTime earlier) {
        double sum = 0;
        for (Map.Entry<String, Double> thread : micros.entrySet()) {
            sum += thread.getValue() - earlier.micros.getOrDefault(thread.getKey(), 0.0);
        }
        return sum;
    }
}
