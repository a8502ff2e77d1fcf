package dev.heddle.cli.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The Java that runs this command, to start others of the same build with.
///
/// @param java the executable
/// @param classPath of this process
/// @param startupCache what the JVM recorded for fast starts; may not exist
public record JavaRuntime(Path java, String classPath, Path startupCache) {
    /// The start-up cache holds for one collector only, so every process has this one.
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:-UsePerfData",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    /// Of this process.
    ///
    /// @param build the directory of the launcher's build
    public static JavaRuntime ofThisProcess(Path build) {
        return new JavaRuntime(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                absolute(System.getProperty("java.class.path")),
                build.resolve("heddle.aot"));
    }

    private static String absolute(String classPath) {
        var entries = new ArrayList<String>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    /// The command line of a main class.
    ///
    /// @param flags of the JVM, in addition to those that all have
    public List<String> command(List<String> flags, String mainClass, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(java.toString());
        command.addAll(FLAGS);
        if (Files.exists(startupCache)) {
            command.add("-XX:AOTCache=" + startupCache);
        }
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return command;
    }
}
