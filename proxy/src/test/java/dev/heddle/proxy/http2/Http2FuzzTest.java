package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Bytes that nobody would send, and streams with a few bytes changed: nothing is thrown, nothing
/// leaks, and what is held stays within the windows.
class Http2FuzzTest {
    private static final int ROUNDS = 3000;

    @Test
    void noBytesBreakAServer() {
        for (int round = 0; round < ROUNDS; round++) {
            run(Http2Connection.Side.SERVER, Seed.ofRun().forCase(round));
        }
        assertThat(ROUNDS).isPositive();
    }

    @Test
    void noBytesBreakAClient() {
        for (int round = 0; round < ROUNDS; round++) {
            run(Http2Connection.Side.CLIENT, Seed.ofRun().forCase(-round));
        }
        assertThat(ROUNDS).isPositive();
    }

    private static void run(Http2Connection.Side side, Seed seed) {
        RandomGenerator random = seed.random();
        var allocator = new UnpooledByteBufAllocator(false);
        var engine = new EngineUnderTest(side, Http2Settings.USUAL, allocator);
        engine.told.consumes = random.nextBoolean();
        engine.told.answers = side == Http2Connection.Side.SERVER && random.nextBoolean();
        engine.connection.start();
        engine.wire.take().release();
        if (side == Http2Connection.Side.CLIENT) {
            for (int id = 1; id < 8; id += 2) {
                var stream =
                        engine.connection.open(
                                fields -> fields.add(":method", "POST"),
                                random.nextBoolean(),
                                false,
                                engine.told.handler(id));
                engine.told.streams.put(id, stream);
            }
        }
        ByteBuf valid = conversation(engine.peer, side, random);
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            valid.setByte(random.nextInt(valid.readableBytes()), random.nextInt(256));
        }
        try {
            while (valid.isReadable()) {
                int piece = Math.min(valid.readableBytes(), 1 + random.nextInt(200));
                engine.receive(allocator.buffer(piece).writeBytes(valid, piece));
                engine.wire.take().release();
            }
            engine.connection.onClosed();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(seed.toString(), e);
        }
        engine.endTurn();
        engine.wire.take().release();
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("held at the end; %s", seed)
                .isZero();
        valid.release();
    }

    private static ByteBuf conversation(
            FrameText peer, Http2Connection.Side side, RandomGenerator random) {
        ByteBuf all = Unpooled.buffer();
        boolean isServer = side == Http2Connection.Side.SERVER;
        if (isServer && random.nextInt(20) > 0) {
            append(all, FrameText.preface());
        }
        append(all, FrameText.settings());
        int count = random.nextInt(30);
        for (int i = 0; i < count; i++) {
            int id = 2 * random.nextInt(5) + 1;
            append(all, frame(peer, isServer, id, random));
        }
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(500)];
            random.nextBytes(noise);
            all.writeBytes(noise);
        }
        return all;
    }

    private static ByteBuf frame(FrameText peer, boolean isServer, int id, RandomGenerator random) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 ->
                    isServer
                            ? peer.post(id, "x-a: " + random.nextInt(3), "cookie: a", "cookie: b")
                            : peer.headers(id, random.nextBoolean(), ":status: 200", "a: b");
            case 3, 4 -> FrameText.data(id, "d".repeat(random.nextInt(300)), random.nextBoolean());
            case 5 -> peer.headers(id, true, "t: u");
            case 6 -> FrameText.reset(id);
            case 7 -> FrameText.windowUpdate(random.nextBoolean() ? id : 0, random.nextInt(5));
            case 8 -> FrameText.settings(random.nextInt(9), random.nextInt(100_000));
            case 9 -> FrameText.ping(random.nextLong());
            case 10 -> FrameText.goAway(id);
            default -> {
                byte[] payload = new byte[random.nextInt(40)];
                random.nextBytes(payload);
                yield FrameText.frame(random.nextInt(12), random.nextInt(256), id, payload);
            }
        };
    }

    private static void append(ByteBuf all, ByteBuf piece) {
        all.writeBytes(piece);
        piece.release();
    }

    @Test
    void whatAPeerCanMakeUsHoldIsItsWindows() {
        var allocator = new UnpooledByteBufAllocator(false);
        var engine =
                new EngineUnderTest(Http2Connection.Side.SERVER, Http2Settings.USUAL, allocator);
        engine.told.consumes = false;
        engine.connection.start();
        engine.receive(FrameText.preface(), FrameText.settings(), FrameText.settingsAck());
        engine.sent();
        int got = 0;
        for (int id = 1; !engine.wire.isClosed() && id < 200; id += 2) {
            engine.receive(engine.peer.post(id));
            for (int i = 0; i < 16 && !engine.wire.isClosed(); i++) {
                engine.receive(FrameText.data(id, "x".repeat(16_000), false));
                got += 16_000;
            }
        }
        assertThat(engine.wire.isClosed()).isTrue();
        assertThat(got).isLessThan(1024 * 1024 + 16_001);
        List<String> sent = engine.sent();
        assertThat(sent).last().asString().endsWith("FLOW_CONTROL_ERROR");
    }
}
