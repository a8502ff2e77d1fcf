package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Begun;
import dev.heddle.testkit.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Checks of workloads whose connections the kernel redirects, made one after the other by one
/// process in a network namespace of its own, while the test does other things.
final class RedirectedRun implements AutoCloseable {
    private static final Duration MOST = Duration.ofMinutes(4);

    private final Begun<String> printed;

    /// One of the checks, inside.
    interface Check {
        /// @param directory of its own
        /// @throws Exception when the check finds something amiss
        void make(Path directory) throws Exception;
    }

    /// Starts the process.
    ///
    /// @param main takes [#plane], a directory, and the names of the checks; for each it calls
    ///   [#report]
    RedirectedRun(Class<?> main, DataPlane plane, Path directory, List<String> names) {
        var arguments = new ArrayList<String>();
        arguments.add(plane instanceof Envoy envoy ? envoy.binary().toString() : "heddle");
        arguments.add(directory.toString());
        arguments.addAll(names);
        printed =
                Begun.of(() ->
                        NetworkNamespace.run(
                                main,
                                Files.createDirectories(directory),
                                MOST,
                                arguments.toArray(new String[0])));
    }

    /// The data plane of that name.
    static DataPlane plane(String argument) {
        return argument.equals("heddle") ? new HeddleProxy() : new Envoy(Path.of(argument));
    }

    /// Makes a check inside, and prints what came of it.
    static void report(String name, String directory, Check check) {
        try {
            check.make(Files.createDirectories(Path.of(directory, name)));
            System.out.println(met(name));
        } catch (Exception | AssertionError e) {
            System.out.println("not met: " + name);
            e.printStackTrace(System.out);
        }
    }

    private static String met(String name) {
        return "met: " + name;
    }

    /// Waits for the process, and fails or skips the test as it did the check of that name.
    void assertMet(String name) throws Exception {
        String all = printed.get();
        assertThat(all.lines()).as(all).contains(met(name));
    }

    /// Waits until the process has ended.
    @Override
    public void close() {
        printed.close();
    }
}
