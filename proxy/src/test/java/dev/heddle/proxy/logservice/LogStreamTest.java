package dev.heddle.proxy.logservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.AccessLogConfig.LogService;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import dev.heddle.xds.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What waits for a service, what goes, and what is lost.
class LogStreamTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private int written;
    private int dropped;

    private final class Counted implements LogStream.Counts {
        @Override
        public void written() {
            written++;
        }

        @Override
        public void dropped() {
            dropped++;
        }
    }

    private LogStream stream(SimProxy sim, String cluster) {
        FilterContext context = sim.context();
        return new LogStream(
                context.worker(),
                context.http2(),
                context.clusters(),
                new LogService(cluster, "als.test", List.of(), "failures", INTERVAL, 8),
                2,
                entry("node"),
                new Counted());
    }

    private static Bytes entry(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theFirstMessageSaysWhoSpeaksAndTheNextGoOnTheSameCall() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            LogStream stream = stream(sim, "echo");
            stream.add(entry("first"));
            sim.settle();
            assertThat(collector.connections()).isEmpty();

            stream.add(entry("second"));
            sim.settle();
            SimPeer service = collector.last();
            assertThat(service.take())
                    .startsWith(
                            "POST /envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs"
                                    + " HTTP/1.1\r\n")
                    .contains("\r\ncontent-type: application/grpc\r\n", "node", "failures")
                    .contains("first", "second");

            stream.add(entry("third"));
            sim.advance(INTERVAL.plusMillis(1));
            assertThat(service.take()).contains("third").doesNotContain("failures", "POST");
            assertThat(collector.connections()).hasSize(1);
            assertThat(written).isEqualTo(3);
            assertThat(dropped).isZero();
        }
    }

    @Test
    void whatFindsNoServiceWaitsAndTooMuchOfItIsDroppedAndCounted() {
        try (var sim = SimProxy.http()) {
            LogStream stream = stream(sim, "nobody");
            int fitting = 4;
            for (int i = 0; i < fitting + 2; i++) {
                stream.add(Bytes.of(new byte[LogStream.ROOM / fitting]));
            }
            sim.advance(INTERVAL.multipliedBy(3));
            assertThat(stream.waiting()).isEqualTo(fitting);
            assertThat(written).isEqualTo(fitting);
            assertThat(dropped).isEqualTo(2);
        }
    }

    /// As where much fails while a proxy starts: what comes before the call is there is more than a
    /// message has.
    @Test
    void whatComesBeforeTheCallIsThereGoesInMessagesWhenItIs() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            LogStream stream = stream(sim, "echo");
            for (int i = 10; i < 60; i++) {
                stream.add(entry("entry " + i));
            }
            sim.settle();
            assertThat(dropped).isZero();
            assertThat(stream.waiting()).isZero();
            String said = collector.last().take();
            for (int i = 10; i < 60; i++) {
                assertThat(said).containsOnlyOnce("entry " + i);
            }
            // One in each message: eight bytes are enough.
            assertThat(said.split("\r\n\0\0\0\0", -1)).hasSize(51);
            assertThat(collector.connections()).hasSize(1);
        }
    }

    @Test
    void aCallThatEndedIsBegunAnewWhenTheNextMessageGoes() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            LogStream stream = stream(sim, "echo");
            stream.add(entry("12345678"));
            sim.settle();
            SimPeer service = collector.last();
            assertThat(service.take()).contains("12345678");
            service.send("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
            sim.settle();

            stream.add(entry("again"));
            sim.advance(INTERVAL.plusMillis(1));
            assertThat(collector.connections()).hasSize(2);
            assertThat(collector.last().take()).contains("POST ", "failures", "again");
        }
    }
}
