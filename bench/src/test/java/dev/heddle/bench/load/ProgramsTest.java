package dev.heddle.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Probe;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Shape;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.Children;
import dev.heddle.bench.system.NativePrograms;
import dev.heddle.bench.system.Time;
import dev.heddle.bench.system.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The bench's own programs, compiled and run: load through the relays to the origin.
class ProgramsTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"RELAY", "SPLICE"})
    void everyByteThatIsAskedForArrivesThroughTheRelays(Peer peer) throws IOException {
        Tools tools = Tools.onPath(System.getenv().getOrDefault("PATH", ""));
        assumeTrue(tools.find("cc").isPresent(), "SKIPPED ProgramsTest: " + Tools.missing("cc"));
        try (var children = new Children(directory, tools)) {
            var programs = NativePrograms.in(directory, tools, children);
            var time = new Time(System::nanoTime, Thread::sleep);
            var proxies = new Proxies(directory, programs, tools, children, time);
            var generators = new Generators(programs, tools, children);
            int origin = running(proxies.origin(Optional.empty())).port();
            Started.Running relay =
                    running(proxies.start(peer, Shape.tcp(), origin, Optional.empty(), Map.of()));

            assertThat(Probe.get(relay.port(), "bench", "/echo"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("GET /echo HTTP/1.1\r\nhost: bench\r\n");
            assertCounts(generators, relay.port());
            assertThat(relay.pss()).isPositive();
        }
    }

    private static void assertCounts(Generators generators, int port) {
        Load load = Load.keepAlive("bench", "/x/300000").over(4);
        LoadReport large = generators.forRequests(load, port, Optional.empty(), 50);
        assertThat(large.errors()).isZero();
        assertThat(large.requests()).isBetween(50L, 54L);
        assertThat(large.bytes()).isGreaterThan(50 * 300_000L);

        Load reconnecting =
                Load.keepAlive("bench", "/x/10").over(2).at(new Load.Pace.Reconnecting());
        LoadReport each = generators.forRequests(reconnecting, port, Optional.empty(), 20);
        assertThat(each.errors()).isZero();
        assertThat(each.connects()).isBetween(20L, 24L);

        Load open = Load.keepAlive("bench", "/x/10").over(4).at(new Load.Pace.Open(200));
        LoadReport paced = generators.forSeconds(open, port, Optional.empty(), 0.5);
        assertThat(paced.errors()).isZero();
        assertThat(paced.requests()).isBetween(60L, 101L);
    }

    @Test
    void aLoadOnAPortWhereNobodyListensFails() {
        Tools tools = Tools.onPath(System.getenv().getOrDefault("PATH", ""));
        assumeTrue(tools.find("cc").isPresent(), "SKIPPED ProgramsTest: " + Tools.missing("cc"));
        try (var children = new Children(directory, tools)) {
            var programs = NativePrograms.in(directory, tools, children);
            Child load =
                    children.start(
                            "load",
                            Optional.empty(),
                            Map.of(),
                            List.of(programs.load().toString(), "--port", "1"));
            assertThat(load.await(5)).contains(1);
            assertThat(load.complaint()).contains("cannot connect");
        }
    }

    private static Started.Running running(Started started) {
        assertThat(started).isInstanceOf(Started.Running.class);
        return (Started.Running) started;
    }
}
