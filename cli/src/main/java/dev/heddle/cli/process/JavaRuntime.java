package dev.heddle.cli.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The Java that runs this command, to start others of the same build with.
///
/// @param java the executable
/// @param classPath of this process
/// @param build where the start-up caches of the JVM are, if there are any
/// @param proxy where the launcher laid out what a proxy needs, `lib` and `native`; empty where
///   proxies run from the class path of this process
public record JavaRuntime(Path java, String classPath, Path build, Optional<Path> proxy) {
    /// A start-up cache holds for one collector and one size of objects' headers, so every process
    /// has these. It is mapped where it was made for: at an address of chance each process would
    /// have to change, and so to own, every page of it (40 MB for a proxy), and could share none
    /// with its neighbours.
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:-UsePerfData",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+IgnoreUnrecognizedVMOptions",
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:ArchiveRelocationMode=0");

    /// One pool of the C library's allocator for all threads of a process.
    private static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_ARENA_MAX", "1");

    /// Of this process.
    ///
    /// @param build the directory of the launcher's build
    public static JavaRuntime ofThisProcess(Path build) {
        return new JavaRuntime(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                absolute(System.getProperty("java.class.path")),
                build.toAbsolutePath(),
                Optional.ofNullable(System.getProperty("heddle.proxy")).map(Path::of));
    }

    /// The one whose starts are rehearsed: of this process, unless a property names another, which
    /// is to be distributed.
    ///
    /// @param build where the start-up caches are to be
    public static JavaRuntime ofRehearsal(Path build) {
        JavaRuntime own = ofThisProcess(build);
        return new JavaRuntime(
                Path.of(System.getProperty("heddle.rehearsal.java", own.java().toString())),
                own.classPath(),
                own.build(),
                own.proxy());
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
    /// @param flags of the JVM, in addition to those of the role
    public List<String> command(
            Role role, List<String> flags, String mainClass, List<String> arguments) {
        Path cache = build.resolve(role.cache());
        boolean isCached = !role.cache().isEmpty() && Files.exists(cache);
        return command(
                role,
                Stream.concat(
                                isCached ? Stream.of("-XX:AOTCache=" + cache) : Stream.empty(),
                                flags.stream())
                        .toList(),
                mainClass,
                arguments.stream());
    }

    /// The command line that runs a main class once to make the start-up cache of its role, when
    /// the process ends.
    public List<String> rehearsal(Role role, String mainClass, List<String> arguments) {
        // What the compilers learn in a rehearsal is of no use to a proxy and 4 MB of its cache.
        return command(
                role,
                List.of(
                        "-XX:-AOTRecordTraining",
                        "-XX:AOTCacheOutput=" + build.resolve(role.cache())),
                mainClass,
                arguments.stream());
    }

    private List<String> command(
            Role role, List<String> flags, String mainClass, Stream<String> arguments) {
        return Stream.of(
                        Stream.of(java.toString()),
                        FLAGS.stream(),
                        role.flags().stream(),
                        parts(role)
                                .map(it -> "-Djava.library.path=" + it.resolve("native"))
                                .stream(),
                        flags.stream(),
                        Stream.of("-cp", classPath(role), mainClass),
                        arguments)
                .flatMap(part -> part)
                .toList();
    }

    private Optional<Path> parts(Role role) {
        return role == Role.PROXY ? proxy : Optional.empty();
    }

    /// In the launcher's order, because the start-up cache holds for one order.
    private String classPath(Role role) {
        Optional<Path> parts = parts(role);
        if (parts.isEmpty()) {
            return classPath;
        }
        try (Stream<Path> jars = Files.list(parts.get().resolve("lib"))) {
            return jars.map(Path::toString)
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new UncheckedIOException("the build at " + build + " cannot be read", e);
        }
    }

    /// What belongs into the environment of such a process.
    public Map<String, String> environment() {
        return ENVIRONMENT;
    }
}
