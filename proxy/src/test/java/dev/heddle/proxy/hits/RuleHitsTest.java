package dev.heddle.proxy.hits;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.heddle.proxy.hits.RuleHits.Hits;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.testkit.Seed;
import dev.heddle.testkit.VirtualTime;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Ticker;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RuleHitsTest {
    private static final Rule OLD = new Rule("VirtualService default/reviews", "0a");
    private static final Rule NEW = new Rule("VirtualService default/reviews", "0b");

    private final VirtualTime time = new VirtualTime();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory());
    private final Worker worker =
            new Worker(
                    0,
                    loop,
                    Transport.LOCAL,
                    new Ticker() {
                        @Override
                        public long nanoTime() {
                            return time.nanos();
                        }

                        @Override
                        public long initialNanoTime() {
                            return 0;
                        }

                        @Override
                        public void sleep(long delay, TimeUnit unit) {
                            throw new IllegalStateException("nobody sleeps here");
                        }
                    },
                    time,
                    Seed.ofRun().random());
    private final RuleHits hits = new RuleHits(worker, true);

    /// Time is looked at once a turn.
    private void pass(Duration duration) {
        loop.runNow();
        time.advance(duration);
    }

    @Test
    void answersAreCountedWithTheErrorsAmongThemAndAsTakenOnce() {
        for (int status : new int[] {200, 404, 500, 503, 0}) {
            hits.answered(status);
        }
        assertThat(hits.takeAnswers()).isEqualTo(new Answers(4, 2));
        assertThat(hits.takeAnswers()).isEqualTo(new Answers(0, 0));
    }

    @Test
    void eachRuleIsCountedByItselfWithTheSecondOfItsLastHit() {
        long now = time.instant().getEpochSecond();
        hits.hit(OLD);
        hits.hit(NEW);
        pass(Duration.ofSeconds(7));
        hits.hit(new Rule(NEW.resource(), NEW.id()));
        hits.hit(null);

        assertThat(hits.take())
                .containsExactlyInAnyOrder(new Hits(OLD, 1, now), new Hits(NEW, 2, now + 7));
    }

    @Test
    void whatWasTakenIsNotTakenAgain() {
        hits.hit(OLD);
        hits.take();
        hits.hit(NEW);
        hits.hit(NEW);

        assertThat(hits.take()).extracting(Hits::rule, Hits::hits).hasSize(1);
        assertThat(hits.take()).isEmpty();
        hits.hit(OLD);
        assertThat(hits.take()).extracting(Hits::hits).containsExactly(1L);
    }

    @Test
    void nothingIsCountedWhereNobodyWillAsk() {
        var off = new RuleHits(worker, false);
        off.hit(OLD);
        assertThat(off.take()).isEmpty();
    }

    @Test
    void aHitAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 100_000; i++) {
            hits.hit(OLD);
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                hits.hit(OLD);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of 10,000 hits").isLessThan(1_000);
        assertThat(hits.take()).extracting(Hits::hits).containsExactly(150_000L);
    }
}
