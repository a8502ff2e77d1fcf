package dev.heddle.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How many handshakes begin at a time, and how many there may be, in virtual time. (Row D07.)
class HandshakesTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final Worker worker =
            new Worker(
                    0, loop, Transport.LOCAL, ticker, () -> Instant.EPOCH, new SplittableRandom(1));
    private final Handshakes handshakes = new Handshakes(worker);
    private final List<Integer> started = new ArrayList<>();
    private final List<Integer> shed = new ArrayList<>();

    private record One(int number, HandshakesTest test) implements Handshakes.Entry {
        @Override
        public void start() {
            test.started.add(number);
        }

        @Override
        public void shed() {
            test.shed.add(number);
        }
    }

    private One one(int number) {
        return new One(number, this);
    }

    private boolean enter(int number) {
        return handshakes.enter(one(number));
    }

    private void tick() {
        ticker.advance(Handshakes.TICK_NANOS, TimeUnit.NANOSECONDS);
        loop.runNow();
        loop.runNow();
    }

    @AfterEach
    void close() {
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        loop.runNow();
    }

    @Test
    void aFewBeginAtOnceAndTheOthersInTheTicksThatFollow() {
        IntStream.range(0, 2 * Handshakes.PER_TICK + 1).forEach(this::enter);

        assertThat(started).hasSize(Handshakes.PER_TICK);
        tick();
        assertThat(started).hasSize(2 * Handshakes.PER_TICK);
        tick();
        assertThat(started)
                .containsExactlyElementsOf(
                        IntStream.range(0, 2 * Handshakes.PER_TICK + 1).boxed().toList());
        assertThat(handshakes.waiting()).isZero();
        assertThat(shed).isEmpty();
    }

    @Test
    void whoLeavesWhileWaitingDoesNotBegin() {
        IntStream.range(0, Handshakes.PER_TICK + 2).forEach(this::enter);

        handshakes.leave(one(Handshakes.PER_TICK));
        tick();

        assertThat(started).doesNotContain(Handshakes.PER_TICK).contains(Handshakes.PER_TICK + 1);
    }

    @Test
    void theOldestOfTooManyGoesSoThatNobodyKeepsHisPlaceByDoingNothing() {
        for (int i = 0; i < Handshakes.MOST; i++) {
            enter(i);
            tick();
        }
        assertThat(handshakes.running()).isEqualTo(Handshakes.MOST);

        enter(Handshakes.MOST);

        assertThat(shed).containsExactly(0);
        assertThat(started).contains(Handshakes.MOST);
        assertThat(handshakes.running()).isEqualTo(Handshakes.MOST);
    }

    @Test
    void whenTooManyWaitTheNewestIsNotTaken() {
        for (int i = 0; i < Handshakes.PER_TICK + Handshakes.MOST; i++) {
            assertThat(enter(i)).isTrue();
        }

        assertThat(enter(9_999)).isFalse();
        assertThat(handshakes.waiting()).isEqualTo(Handshakes.MOST);
    }
}
