package dev.heddle.proxy.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.export.Collector.Call;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.sim.SimPeer;
import dev.heddle.proxy.sim.SimProxy;
import dev.heddle.proxy.sim.SimUpstream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class BatchExporterTest {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final String TAKEN = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

    private final List<String> log = new ArrayList<>();

    private final class Log implements ExportLog {
        @Override
        public void sent(int items) {
            log.add("sent " + items);
        }

        @Override
        public void dropped(int items) {
            log.add("dropped " + items);
        }

        @Override
        public void timerFlushed() {
            log.add("timer");
        }

        @Override
        public void reported(Outcome outcome) {
            log.add(outcome.name());
        }
    }

    private BatchExporter<String> exporter(SimProxy sim, String cluster) {
        FilterContext context = sim.context();
        return new BatchExporter<>(
                context.worker(),
                context.http2(),
                context.clusters(),
                new Collector(
                        cluster,
                        "collector.test",
                        Duration.ofSeconds(2),
                        List.of(new Collector.Field(HeaderName.of("x-token"), "secret")),
                        new Call.Post("/api", "text/plain")),
                new BatchLimits(2, INTERVAL, 4),
                batch -> String.join(",", batch).getBytes(StandardCharsets.UTF_8),
                new Log());
    }

    @Test
    void aFullBatchLeavesAtOnceInOneCall() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            var exporter = exporter(sim, "echo");
            exporter.add("a");
            sim.settle();
            assertThat(collector.connections()).isEmpty();

            exporter.add("b");
            sim.settle();
            assertThat(collector.last().take())
                    .startsWith("POST /api HTTP/1.1\r\n")
                    .contains("\r\nhost: collector.test\r\n")
                    .contains("\r\nx-token: secret\r\n")
                    .contains("\r\ncontent-length: 3\r\n")
                    .endsWith("\r\n\r\na,b");
            collector.last().send(TAKEN);
            assertThat(log).containsExactly("sent 2", "TAKEN");
        }
    }

    @Test
    void oneAloneLeavesWhenTheIntervalIsOver() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            exporter(sim, "echo").add("a");
            sim.advance(INTERVAL.minusMillis(1));
            assertThat(log).isEmpty();

            sim.advance(Duration.ofMillis(2));
            assertThat(collector.last().take()).endsWith("\r\n\r\na");
            assertThat(log).containsExactly("timer", "sent 1");
            collector.last().send(TAKEN);
        }
    }

    @Test
    void whatComesDuringACallWaitsAndTooMuchOfItIsDroppedAndCounted() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            var exporter = exporter(sim, "echo");
            for (String item : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
                exporter.add(item);
            }
            sim.settle();
            SimPeer connection = collector.last();
            assertThat(connection.take()).endsWith("\r\n\r\na,b");
            assertThat(exporter.waiting()).isEqualTo(4);
            assertThat(log).containsExactly("sent 2", "dropped 1", "dropped 1");

            connection.send(TAKEN);
            sim.settle();
            assertThat(connection.take()).endsWith("\r\n\r\nc,d,e,f");
            connection.send(TAKEN);
            assertThat(log).endsWith("TAKEN", "sent 4", "TAKEN");
        }
    }

    @Test
    void aBatchIsTriedOnceHoweverTheCallEnds() {
        try (var sim = SimProxy.http()) {
            SimUpstream collector = sim.upstream();
            var exporter = exporter(sim, "echo");
            exporter.add("a");
            exporter.add("b");
            sim.settle();
            collector.last().send("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n");
            exporter.add("c");
            exporter.add("d");
            sim.advance(Duration.ofSeconds(3));

            assertThat(log).containsExactly("sent 2", "REFUSED", "sent 2", "FAILED");
            assertThat(exporter.waiting()).isZero();
        }
    }

    @Test
    void withoutItsClusterABatchIsDroppedAndCounted() {
        try (var sim = SimProxy.http()) {
            var exporter = exporter(sim, "nobody");
            exporter.add("a");
            exporter.add("b");
            assertThat(log).containsExactly("dropped 2", "NO_CLUSTER");
        }
    }
}
