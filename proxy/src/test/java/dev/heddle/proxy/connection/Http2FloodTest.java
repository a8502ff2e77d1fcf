package dev.heddle.proxy.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http2.FrameText;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/// What peers do to a proxy that is legal, or nearly, but costs it more than them.
///
/// Each test has a good client beside the bad one, and closing the simulation asserts that no byte,
/// no exchange and no connection is left, and that each exchange was recorded once.
class Http2FloodTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    private record Bench(SimProxy sim, SimUpstream echo, Http2Client good, Http2Client bad) {
        /// The bad client's connection was ended with that code, and the good one's goes on.
        void ended(String code) {
            assertThat(bad.frames()).last().asString().startsWith("GOAWAY ").endsWith(code);
            assertThat(bad.peer.isClosed()).isTrue();
            good.get(1, "/good");
            echo.last().send(OK);
            assertThat(good.frames()).hasSize(2);
        }

        /// Requests that upstreams were asked and have not answered.
        long live() {
            return echo.connections().stream().filter(peer -> !peer.isClosed()).count();
        }
    }

    private static void attacked(BiConsumer<Http2Client, Bench> attack, String code) {
        try (var sim = SimProxy.http()) {
            var bench = new Bench(sim, sim.upstream(), Http2Client.of(sim), Http2Client.of(sim));
            attack.accept(bench.bad(), bench);
            bench.ended(code);
            assertThat(sim.log().unfinished()).isZero();
        }
    }

    private static ByteBuf get(Http2Client client, int stream) {
        return client.text.get(stream);
    }

    @Test
    void requestsThatAreResetAtOnceEndTheConnection() {
        attacked(
                (bad, bench) -> {
                    for (int i = 0; i < 1000 && !bad.peer.isClosed(); i++) {
                        bad.send(get(bad, 2 * i + 1), FrameText.reset(2 * i + 1));
                        assertThat(bench.live()).isLessThanOrEqualTo(1);
                    }
                    assertThat(bench.sim().log().lines()).hasSizeBetween(250, 600);
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void requestsThatAreMadeToBeResetEndTheConnection() {
        attacked(
                (bad, bench) -> {
                    for (int i = 0; i < 1000 && !bad.peer.isClosed(); i++) {
                        int stream = 2 * i + 1;
                        ByteBuf cause =
                                switch (i % 4) {
                                    case 0 -> FrameText.windowUpdate(stream, 0);
                                    case 1 -> FrameText.windowUpdate(stream, Integer.MAX_VALUE);
                                    case 2 -> FrameText.data(stream, "late", true);
                                    default -> FrameText.number(2, stream, 0);
                                };
                        bad.send(get(bad, stream), cause);
                        assertThat(bench.live()).isLessThanOrEqualTo(1);
                    }
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void aHeadWithoutEndEndsTheConnection() {
        attacked(
                (bad, _) -> {
                    bad.send(FrameText.frame(1, 0, 1, bad.text.block(":method: GET")));
                    byte[] piece = bad.text.block("x: " + "y".repeat(1000));
                    for (int i = 0; i < 100 && !bad.peer.isClosed(); i++) {
                        bad.send(FrameText.frame(9, 0, 1, piece));
                    }
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void aHeadThatStallsEndsTheConnection() {
        attacked(
                (bad, bench) -> {
                    bad.send(FrameText.frame(1, 0, 1, bad.text.block(":method: GET")));
                    bench.sim().advance(Duration.ofSeconds(9));
                    assertThat(bad.peer.isClosed()).isFalse();
                    bench.sim().advance(Duration.ofSeconds(2));
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void pingsAndSettingsInMassesEndTheConnection() {
        attacked(
                (bad, _) -> {
                    for (int i = 0; i < 2_000 && !bad.peer.isClosed(); i++) {
                        bad.send(i % 2 == 0 ? FrameText.ping(i) : FrameText.settings());
                    }
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void emptyDataEndsTheConnection() {
        attacked(
                (bad, _) -> {
                    bad.post(1, "/a");
                    bad.send(FrameText.data(1, "", false), FrameText.data(1, "", false));
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void windowUpdatesWithoutDataEndTheConnection() {
        attacked(
                (bad, _) -> {
                    for (int i = 0; i < 100 && !bad.peer.isClosed(); i++) {
                        bad.send(FrameText.windowUpdate(0, 1));
                    }
                },
                "ENHANCE_YOUR_CALM");
    }

    @Test
    void aHeadThatUnpacksToTooMuchIsRefusedAndForgotten() {
        try (var sim = SimProxy.http()) {
            sim.upstream();
            Http2Client bad = Http2Client.of(sim);
            // A field of 4,000 bytes for the header table, which then costs a byte each time.
            byte[] first = bad.text.block(":method: POST", ":scheme: http", ":path: /");
            ByteBuf block = Unpooled.buffer().writeBytes(first);
            block.writeByte(0x01).writeByte(4).writeBytes("echo".getBytes(US_ASCII));
            block.writeByte(0x40).writeByte(1).writeByte('y');
            block.writeByte(0x7f).writeByte(0xa1).writeByte(0x1e);
            block.writeBytes("x".repeat(4000).getBytes(US_ASCII));
            bad.send(FrameText.frame(1, 4, 1, ByteBufUtil.getBytes(block)));
            block.clear().writeByte(0x83).writeByte(0x86).writeByte(0x84);
            block.writeByte(0x01).writeByte(4).writeBytes("echo".getBytes(US_ASCII));
            for (int i = 0; i < 60; i++) {
                block.writeByte(0xbe);
            }
            bad.send(FrameText.frame(1, 4, 3, ByteBufUtil.getBytes(block)));
            assertThat(bad.frames())
                    .anySatisfy(line -> assertThat(line).startsWith("HEADERS 3 [:status: 431]"));
            assertThat(sim.log().last()).contains("[DPE] http2.too_many_headers");
            bad.send(FrameText.reset(1));
        }
    }

    @Test
    void oneStreamTooManyIsRefusedAndTheOthersGoOn() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            Http2Client client = Http2Client.of(sim);
            for (int i = 0; i < 101; i++) {
                client.get(2 * i + 1, "/" + i);
            }
            assertThat(client.frames()).containsExactly("RST_STREAM 201 REFUSED_STREAM");
            assertThat(echo.connections()).hasSize(100);
            assertThat(sim.log().lines())
                    .containsExactly("  0 [DPE] http2.max_concurrent_streams 0/0");
            echo.connections().forEach(server -> server.send(OK));
            assertThat(client.frames()).hasSize(200);
        }
    }

    @Test
    void aClientThatAsksForMuchAndReadsNothingIsGivenUp() {
        try (var sim = SimProxy.http()) {
            SimUpstream echo = sim.upstream();
            sim.routes()
                    .add(
                            "/",
                            new RouteAction.Forward(
                                    List.of(new RouteAction.Target("echo", 1, 0)),
                                    1,
                                    Duration.ZERO,
                                    Optional.empty()));
            Http2Client client = Http2Client.of(sim);
            client.send(FrameText.settings(4, 0));
            client.get(1, "/a");
            echo.last().send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
            echo.last().send("x".repeat(100 * 1024));
            sim.advance(Duration.ofSeconds(301));
            assertThat(client.frames()).last().isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
            assertThat(sim.log().last()).contains("[SI] stream_idle_timeout");
        }
    }
}
