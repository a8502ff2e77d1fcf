package dev.heddle.bench.row;

import dev.heddle.bench.fleet.FleetMain;
import dev.heddle.bench.peer.Mesh;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Starts fleets of xDS clients and talks with them.
final class Fleets {
    private static final double PATIENCE_MILLIS = 120_000;

    /// What a fleet says.
    ///
    /// @param first milliseconds until all were synced, or responses since the last question
    /// @param bytes of resources
    record Said(long first, long bytes) {}

    private Fleets() {}

    /// Starts so many clients of a mesh's control plane.
    ///
    /// @param first the number of the first, which is in its name
    static Child start(Stage stage, Mesh mesh, int first, int clients) {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xss256k",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FleetMain.class.getName(),
                        Integer.toString(mesh.xds()),
                        Integer.toString(first),
                        Integer.toString(clients));
        return stage.children().start("fleet", Optional.empty(), Map.of(), command);
    }

    /// Waits until every client of a fleet has everything.
    static Said awaitSynced(Stage stage, Child fleet) {
        return await(stage, fleet, 1, "synced ");
    }

    /// What a fleet has received since it was asked last.
    ///
    /// @param lines how many lines it has printed before
    static Said ask(Stage stage, Child fleet, int lines) {
        try {
            var in = fleet.process().getOutputStream();
            in.write("since?\n".getBytes(StandardCharsets.US_ASCII));
            in.flush();
        } catch (IOException e) {
            throw new BenchException("the fleet does not listen: " + fleet.complaint(), e);
        }
        return await(stage, fleet, lines + 1, "since ");
    }

    private static Said await(Stage stage, Child fleet, int lines, String word) {
        long start = stage.time().nanos().getAsLong();
        while (true) {
            String printed = fleet.printed();
            List<String> all = printed.lines().toList();
            if (printed.endsWith("\n") && all.size() >= lines) {
                String line = all.get(lines - 1);
                if (!line.startsWith(word)) {
                    throw new BenchException("the fleet said: " + line);
                }
                String[] fields = line.split(" ", -1);
                return new Said(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
            }
            if (!fleet.alive() || stage.time().millisSince(start) > PATIENCE_MILLIS) {
                throw new BenchException("the fleet is not served: " + fleet.complaint());
            }
            stage.time().sleep(20);
        }
    }
}
