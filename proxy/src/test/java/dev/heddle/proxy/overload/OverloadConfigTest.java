package dev.heddle.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.overload.OverloadConfig.Trigger;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Workers;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which pressure has what consequence.
class OverloadConfigTest {
    private static final OverloadConfig CONFIG =
            new OverloadConfig(
                    Duration.ofSeconds(1),
                    Map.of("heap", new Monitor.FixedHeap(1_000)),
                    Map.of(
                            OverloadAction.SHRINK_HEAP,
                            Map.of("heap", new Trigger(0.7, 0.7)),
                            OverloadAction.STOP_ACCEPTING_REQUESTS,
                            Map.of("heap", new Trigger(0.8, 1))),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty());

    private static OverloadState at(double pressure) {
        return CONFIG.stateAt(Map.of("heap", pressure));
    }

    @Test
    void nothingIsDoneBelowEveryThreshold() {
        assertThat(at(0.699)).isEqualTo(OverloadState.NONE);
    }

    @Test
    void aScaledActionStrikesAsOftenAsItHasCome() {
        OverloadState state = at(0.85);
        var random = new SplittableRandom(1);
        long strikes =
                IntStream.range(0, 10_000)
                        .filter(_ -> state.strikes(OverloadAction.STOP_ACCEPTING_REQUESTS, random))
                        .count();
        assertThat(strikes).isBetween(2_300L, 2_700L);
        assertThat(state.isSaturated(OverloadAction.STOP_ACCEPTING_REQUESTS)).isFalse();
        assertThat(at(2).isSaturated(OverloadAction.STOP_ACCEPTING_REQUESTS)).isTrue();
    }

    @Test
    void theHeapIsCollectedBeforeAnybodyIsRefusedAndNotAllTheTime() {
        var used = new AtomicLong(1_000);
        var collections = new AtomicInteger();
        var state = new Published<>(OverloadState.NONE);
        var watch =
                new OverloadWatch(
                        CONFIG,
                        used::get,
                        () -> {
                            collections.incrementAndGet();
                            used.set(720);
                        },
                        state,
                        new OverloadWatch.Affected() {
                            @Override
                            public void onAccepting(boolean accepts) {}

                            @Override
                            public void onTimeouts() {}

                            @Override
                            public void onMemory(double pressure) {}
                        });
        watch.look();
        assertThat(collections).hasValue(1);
        assertThat(state.get().values()).containsOnlyKeys(OverloadAction.SHRINK_HEAP);
        used.set(1_000);
        watch.look();
        assertThat(collections).hasValue(1);
        assertThat(state.get().isSaturated(OverloadAction.STOP_ACCEPTING_REQUESTS)).isTrue();
        for (int i = 0; i < 9; i++) {
            watch.look();
        }
        assertThat(collections).hasValue(2);
        assertThat(state.get().values()).containsOnlyKeys(OverloadAction.SHRINK_HEAP);
    }

    @Test
    void whatLivesIsMeasured() {
        Workers workers =
                Workers.start(
                        1, Transport.usual(), InstantSource.system(), _ -> new SplittableRandom(1));
        try {
            HeapUse use = HeapUse.of(workers);
            long before = use.getAsLong();
            assertThat(before).isPositive().isLessThan(Runtime.getRuntime().maxMemory() * 2);
            ByteBuf held = workers.all().getFirst().allocator().directBuffer(64 << 20);
            assertThat(use.getAsLong()).isGreaterThanOrEqualTo(64 << 20);
            held.release();
        } finally {
            workers.stop();
        }
    }
}
