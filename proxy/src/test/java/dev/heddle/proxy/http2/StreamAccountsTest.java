package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/// Which streams go first when memory is short.
class StreamAccountsTest {
    private static final int KIB = 1024;

    private final EngineUnderTest engine = EngineUnderTest.server();
    private int next = 1;

    StreamAccountsTest() {
        engine.loop.accounts().watch(10);
        // The client reads nothing of any stream.
        engine.receive(FrameText.settings(Frames.INITIAL_WINDOW_SIZE, 0));
        engine.sent();
    }

    /// Opens a stream that has bytes waiting for its client.
    private int holding(int bytes) {
        int id = next;
        next += 2;
        engine.receive(engine.peer.get(id));
        Http2Stream stream = engine.told.stream(id);
        stream.sendHead(fields -> fields.status(200), false);
        stream.sendData(Unpooled.wrappedBuffer(new byte[bytes]), false);
        engine.sent();
        engine.heard();
        return id;
    }

    private int reset(double pressure) {
        return engine.loop.accounts().reset(pressure);
    }

    @Test
    void theLargestGoFirstAndSmallOnesAreLeftAlone() {
        int small = holding(KIB - 1);
        int middle = holding(16 * KIB);
        int large = holding(128 * KIB);
        int largest = holding(300 * KIB);
        assertThat(reset(0.01)).isEqualTo(2);
        assertThat(engine.sent())
                .containsExactlyInAnyOrder(
                        "RST_STREAM " + large + " INTERNAL_ERROR",
                        "RST_STREAM " + largest + " INTERNAL_ERROR");
        assertThat(reset(0.4)).as("down to 16 KiB it takes four classes").isEqualTo(1);
        assertThat(engine.lastSent()).isEqualTo("RST_STREAM " + middle + " INTERNAL_ERROR");
        assertThat(reset(1)).isZero();
        engine.receive(FrameText.reset(small));
        assertThat(engine.connection.streams()).isZero();
    }

    @Test
    void whatIsReadCountsNoLonger() {
        int id = holding(200 * KIB);
        engine.receive(
                FrameText.windowUpdate(0, 1 << 20), FrameText.windowUpdate(id, 199 * KIB + 1));
        assertThat(reset(1)).isZero();
        assertThat(engine.connection.streams()).isOne();
    }

    @Test
    void whatTheClientSentCountsUntilItIsTaken() {
        engine.told.consumes = false;
        engine.receive(engine.peer.post(1), FrameText.data(1, "x".repeat(4 * KIB), false));
        Http2Stream stream = engine.told.stream(1);
        assertThat(stream.memoryClass).isEqualTo(2);
        stream.consumed(3 * KIB);
        assertThat(stream.memoryClass).isZero();
        assertThat(reset(0.8)).as("the smallest class is the last").isZero();
        assertThat(reset(1)).isOne();
    }

    @Test
    void atMostFiftyAreResetAtATime() {
        for (int i = 0; i < 60; i++) {
            holding(2 * KIB);
        }
        assertThat(reset(1)).isEqualTo(50);
        assertThat(reset(1)).isEqualTo(10);
        assertThat(engine.connection.streams()).isZero();
    }

    @Test
    void thereAreEightClassesOfBytes() {
        assertThatThrownBy(() -> new StreamAccounts().watch(57))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("powerOfTwo: 57 (expected: 0 to 56)");
    }
}
