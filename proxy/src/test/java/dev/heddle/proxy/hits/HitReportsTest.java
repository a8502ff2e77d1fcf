package dev.heddle.proxy.hits;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.proxy.hits.RuleHits.Hits;
import heddle.hits.v1.HitReport;
import heddle.hits.v1.HitsTaken;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HitReportsTest {
    private static final Rule OLD = rule("0a");
    private static final Rule NEW = rule("0b");

    private final Control control = new Control();
    private final HitReports reports = new HitReports(control, "web", 17);

    private static Rule rule(String id) {
        return new Rule("VirtualService default/reviews", id);
    }

    /// A control plane that writes down what it hears.
    private static final class Control implements SideCalls {
        private long connection = 1;
        private final List<String> heard = new ArrayList<>();
        private @Nullable Hearer hearer;
        private int calls;

        @Override
        public long connection() {
            return connection;
        }

        @Override
        public Optional<Call> call(String method, Hearer begun) {
            assertThat(method).isEqualTo("/heddle.hits.v1.RuleHits/Report");
            hearer = begun;
            calls++;
            return Optional.of(
                    new Call() {
                        @Override
                        public void send(byte[] message) {
                            hear(message);
                        }

                        @Override
                        public void end() {
                            begun.onEnd(false, "ended");
                        }

                        @Override
                        public void cancel(String reason) {
                            begun.onEnd(false, reason);
                        }
                    });
        }

        private void hear(byte[] message) {
            try {
                HitReport report = HitReport.parseFrom(message);
                heard.add(
                        report.getSequence() == 0
                                ? "hello " + report.getNodeId() + " " + report.getRun()
                                : report.getSequence()
                                        + report.getRulesList().stream()
                                                .map(it ->
                                                        " %s:%d@%d"
                                                                .formatted(
                                                                        it.getRule(),
                                                                        it.getHits(),
                                                                        it.getLastHit()))
                                                .reduce("", String::concat)
                                        + (report.getAnswers() > 0
                                                ? " %d/%d"
                                                        .formatted(
                                                                report.getErrors(),
                                                                report.getAnswers())
                                                : ""));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        private List<String> heard() {
            List<String> all = List.copyOf(heard);
            heard.clear();
            return all;
        }

        private void takes(long sequence) {
            Objects.requireNonNull(hearer)
                    .onMessage(HitsTaken.newBuilder().setSequence(sequence).build().toByteArray());
        }

        private void ends(boolean isUnknown) {
            Objects.requireNonNull(hearer)
                    .onEnd(isUnknown, isUnknown ? "UNIMPLEMENTED" : "UNAVAILABLE: gone");
        }
    }

    @Test
    void theNextReportWaitsUntilTheOneBeforeWasTaken() {
        assertThat(reports.onTurn()).isTrue();
        reports.add(List.of(new Hits(OLD, 2, 100)));
        reports.add(List.of(new Hits(OLD, 3, 105)));
        reports.add(List.of(new Hits(OLD, 1, 103), new Hits(NEW, 1, 104)));
        assertThat(control.heard()).containsExactly("hello web 17", "1 0a:2@100");

        control.takes(1);

        assertThat(control.heard()).containsExactly("2 0a:4@105 0b:1@104");
        control.takes(2);
        assertThat(control.heard()).isEmpty();
    }

    @Test
    void whatWasNotTakenIsSaidAgainAsItWasInTheNextCall() {
        reports.onTurn();
        reports.add(List.of(new Hits(OLD, 2, 100)));
        control.ends(false);
        reports.add(List.of(new Hits(OLD, 5, 110)));
        control.heard();

        reports.onTurn();

        assertThat(control.heard()).containsExactly("hello web 17", "1 0a:2@100");
        control.takes(1);
        assertThat(control.heard()).containsExactly("2 0a:5@110");
    }

    @Test
    void howRequestsEndedIsSaidWithTheRulesOrAloneAndOnce() {
        reports.onTurn();
        reports.add(new Answers(10, 1));
        assertThat(control.heard()).containsExactly("hello web 17", "1 1/10");
        reports.add(new Answers(5, 0));
        reports.add(List.of(new Hits(OLD, 2, 100)));
        control.ends(false);
        reports.onTurn();
        assertThat(control.heard()).containsExactly("hello web 17", "1 1/10");
        control.takes(1);
        assertThat(control.heard()).containsExactly("2 0a:2@100 0/5");
        control.takes(2);
        assertThat(control.heard()).isEmpty();
    }

    @Test
    void anAnswerToAnotherReportChangesNothing() {
        reports.onTurn();
        reports.add(List.of(new Hits(OLD, 2, 100)));
        reports.add(List.of(new Hits(OLD, 1, 101)));
        control.heard();

        control.takes(7);
        control.takes(0);

        assertThat(control.heard()).isEmpty();
    }

    @Test
    void whereNobodyAnswersTheCallIsGivenUp() {
        reports.onTurn();
        reports.add(List.of(new Hits(OLD, 2, 100)));
        control.heard();
        for (int i = 0; i < 7; i++) {
            reports.onTurn();
        }
        assertThat(control.calls).isEqualTo(2);
        assertThat(control.heard()).containsExactly("hello web 17", "1 0a:2@100");
    }

    @Test
    void aControlPlaneThatDoesNotKnowTheCallIsAskedOnceForEachConnection() {
        reports.onTurn();
        control.ends(true);
        assertThat(reports.onTurn()).isFalse();
        assertThat(reports.onTurn()).isFalse();
        assertThat(control.calls).isEqualTo(1);

        control.connection = 2;

        assertThat(reports.onTurn()).isTrue();
        assertThat(control.calls).isEqualTo(2);
    }

    @Test
    void nobodyIsAskedWhileThereIsNoConnection() {
        control.connection = 0;
        assertThat(reports.onTurn()).isFalse();
        assertThat(control.calls).isZero();
    }

    @Test
    void manyRulesAreSaidInSeveralReports() {
        reports.onTurn();
        control.heard();
        reports.add(
                IntStream.range(0, 1_200)
                        .mapToObj(i -> new Hits(rule(Integer.toHexString(i)), 1, 100))
                        .toList());
        var sizes = new ArrayList<Integer>();
        for (long sequence = 1; sequence <= 3; sequence++) {
            sizes.add(control.heard().getFirst().split(" ").length - 1);
            control.takes(sequence);
        }
        assertThat(sizes).containsExactly(500, 500, 200);
        assertThat(control.heard()).isEmpty();
    }
}
