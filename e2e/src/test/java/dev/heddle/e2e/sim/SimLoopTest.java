package dev.heddle.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.HttpText;
import dev.heddle.testkit.Seed;
import dev.heddle.verify.sim.VirtualLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimLoopTest {
    private final VirtualLoop loop = new VirtualLoop(Seed.ofRun().value());
    private final InetSocketAddress address =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 21_001);

    @AfterEach
    void end() {
        loop.close();
    }

    @Test
    void aBackendThatTakesHalfAnHourAnswersInNoTime() {
        var backend = new SimBackend(loop, loop.worker(), "reviews/v1", address);
        backend.behave(new SimBackend.Manner.Answers(200, Duration.ofMinutes(30)));
        loop.settle();
        byte[] request = HttpText.request("GET", "/x", "reviews:9080", Map.of());
        var caller = new SimCaller(loop.worker(), address, request);
        loop.advance(Duration.ofMinutes(30).minusMillis(1));
        assertThat(backend.requests()).isEqualTo(1);
        assertThat(caller.received()).isEmpty();
        loop.advance(Duration.ofMillis(2));
        assertThat(HttpText.answer(caller.received(), false))
                .hasValueSatisfying(a -> assertThat(a.seen("path")).hasValue("/x"));
    }
}
