package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/// Attacks that cost the attacker less than the server, up to the frame that is one too many.
class FloodTest {
    private static final String CALM = " ENHANCE_YOUR_CALM";

    private final EngineUnderTest engine = EngineUnderTest.server();

    /// How many frames are taken before the connection is closed.
    private int takenUntilClosed(int most, IntFunction<ByteBuf[]> frames) {
        for (int i = 0; i < most; i++) {
            engine.receive(frames.apply(i));
            if (engine.wire.isClosed()) {
                return i;
            }
        }
        return most;
    }

    private static ByteBuf[] all(ByteBuf... frames) {
        return frames;
    }

    @Test
    void rapidResetsEndTheConnection() {
        int taken =
                takenUntilClosed(
                        10_000, i -> all(engine.peer.get(2 * i + 1), FrameText.reset(2 * i + 1)));
        assertThat(taken).isEqualTo(250);
        assertThat(engine.lastSent()).endsWith(CALM);
    }

    @Test
    void resetsOfRequestsThatWereGivenTimeAreFine() {
        int taken =
                takenUntilClosed(
                        2000,
                        i -> {
                            engine.receive(engine.peer.get(2 * i + 1));
                            engine.nanos += 1_000_000_000L;
                            return all(FrameText.reset(2 * i + 1));
                        });
        assertThat(taken).isEqualTo(2000);
    }

    @Test
    void resetsThatTheClientMakesUsSendCountAsItsOwn() {
        int taken =
                takenUntilClosed(
                        10_000,
                        i -> {
                            int id = 2 * i + 1;
                            return switch (i % 4) {
                                case 0 -> all(engine.peer.get(id), FrameText.windowUpdate(id, 0));
                                case 1 ->
                                        all(
                                                engine.peer.get(id),
                                                FrameText.windowUpdate(id, Integer.MAX_VALUE));
                                case 2 -> all(engine.peer.get(id), FrameText.data(id, "x", false));
                                default -> all(engine.peer.get(id), engine.peer.get(id));
                            };
                        });
        assertThat(taken).isEqualTo(250);
        assertThat(engine.lastSent()).endsWith(CALM);
        assertThat(engine.connection.streams()).isZero();
    }

    @Test
    void malformedRequestsCountAsResetsToo() {
        int taken = takenUntilClosed(10_000, i -> all(engine.peer.post(2 * i + 1, "te: x")));
        assertThat(taken).isEqualTo(250);
    }

    @Test
    void continuationsWithoutEndAreCutAtTheHeaderLimit() {
        engine.receive(FrameText.frame(Frames.HEADERS, 0, 1, engine.peer.block("x: y")));
        int taken =
                takenUntilClosed(
                        100,
                        _ -> all(FrameText.frame(Frames.CONTINUATION, 0, 1, new byte[16_384])));
        assertThat(taken).isEqualTo(3);
        assertThat(engine.lastSent()).endsWith(CALM);
    }

    @Test
    void continuationsOfAByteAreCutByNumber() {
        engine.receive(FrameText.frame(Frames.HEADERS, 0, 1, engine.peer.block("x: y")));
        int taken =
                takenUntilClosed(
                        100, _ -> all(FrameText.frame(Frames.CONTINUATION, 0, 1, (byte) 0)));
        assertThat(taken).isEqualTo(11);
    }

    @Test
    void emptyFramesAreCutAfterTheFirst() {
        engine.receive(engine.peer.post(1));
        int taken = takenUntilClosed(10, _ -> all(FrameText.data(1, "", false)));
        assertThat(taken).isEqualTo(1);
        assertThat(engine.lastSent()).endsWith(CALM);
    }

    @Test
    void pingsAreCutAtAThousandInASecond() {
        engine.nanos += 1_000_000_000L;
        assertThat(takenUntilClosed(10_000, i -> all(FrameText.ping(i)))).isEqualTo(1000);
    }

    @Test
    void answersToAPeerThatDoesNotReadAreBounded() {
        engine.wire.isWritable = false;
        int taken =
                takenUntilClosed(
                        10_000,
                        i -> {
                            engine.nanos += 10_000_000L;
                            return all(FrameText.settings());
                        });
        assertThat(taken).isEqualTo(1000);
        assertThat(engine.wire.isClosed()).isTrue();
    }

    @Test
    void manySettingsInOneFrameAreRefused() {
        engine.receive(FrameText.settings(new int[33 * 2]));
        assertThat(engine.lastSent()).endsWith(CALM);
    }

    @Test
    void prioritiesAreIgnoredAndCounted() {
        int taken =
                takenUntilClosed(
                        10_000, _ -> all(FrameText.frame(Frames.PRIORITY, 0, 3, new byte[5])));
        assertThat(taken).isEqualTo(100);
    }

    @Test
    void windowUpdatesThatNoDataCausedAreCounted() {
        assertThat(takenUntilClosed(100, _ -> all(FrameText.windowUpdate(0, 1)))).isEqualTo(5);
    }

    @Test
    void unknownFramesAreIgnoredAndCounted() {
        engine.nanos += 1_000_000_000L;
        int taken = takenUntilClosed(10_000, _ -> all(FrameText.frame(0x10, 0, 0, new byte[3])));
        assertThat(taken).isEqualTo(1000);
    }
}
