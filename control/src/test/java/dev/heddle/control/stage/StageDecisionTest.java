package dev.heddle.control.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.source.Signature;
import dev.heddle.control.stage.Evidence.Seen;
import dev.heddle.control.stage.StageState.Holding;
import dev.heddle.control.stage.StageState.Promoting;
import dev.heddle.control.stage.StageState.Reverted;
import dev.heddle.control.stage.StageState.Waiting;
import dev.heddle.control.world.FileChange;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StageDecisionTest {
    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
    private static final StagePlan PLAN = StagePlan.parse("1%,25%,100%", "30s", "10s", false, "5%");

    private final Map<String, Seen> proxies = new LinkedHashMap<>();

    private void connect(String workload, int count) {
        for (int i = 0; i < count; i++) {
            proxies.put(
                    workload + "-" + i, new Seen(workload, false, true, false, Optional.empty()));
        }
    }

    private void gateway() {
        proxies.put("gateway-0", new Seen("gateway", true, true, false, Optional.empty()));
    }

    private void acknowledge(Set<String> ids) {
        ids.forEach(id ->
                proxies.computeIfPresent(
                        id,
                        (_, s) -> new Seen(s.workload(), s.isGateway(), false, true, s.refusal())));
    }

    private void refuse(String id) {
        proxies.computeIfPresent(
                id,
                (_, s) ->
                        new Seen(
                                s.workload(),
                                s.isGateway(),
                                false,
                                false,
                                Optional.of("refuses LDS of version 42: no")));
    }

    private Evidence evidence() {
        return new Evidence(42, proxies, Optional.empty());
    }

    private Waiting first() {
        return StageDecision.first(PLAN, evidence(), NOW).orElseThrow();
    }

    private StageState next(StageState state, long seconds) {
        return StageDecision.next(state, PLAN, evidence(), NOW.plusSeconds(seconds));
    }

    @Test
    void itGoesOnWhenAllHaveAcknowledgedAndHeld() {
        connect("a", 20);
        connect("b", 20);
        gateway();
        Waiting one = first();
        assertThat(one.proxies()).hasSize(1).isEqualTo(one.awaited());
        assertThat(next(one, 9)).isEqualTo(one);
        acknowledge(one.proxies());
        var held = (Holding) next(one, 9);
        assertThat(next(held, 38)).isEqualTo(held);
        var quarter = (Waiting) next(held, 39);
        assertThat(quarter.stage()).isEqualTo(1);
        assertThat(quarter.proxies()).hasSize(10).containsAll(one.proxies());
        acknowledge(quarter.proxies());
        var all = (Waiting) next(next(quarter, 40), 70);
        assertThat(all.proxies()).hasSize(41).contains("gateway-0");
        acknowledge(all.proxies());
        assertThat(next(next(all, 71), 101)).isEqualTo(new Promoting());
    }

    @Test
    void aRefusalRevertsAtOnceAndThatOfAnotherVersionsProxyDoesNot() {
        connect("a", 8);
        Waiting one = first();
        String chosen = one.proxies().iterator().next();
        proxies.keySet().stream().filter(id -> !id.equals(chosen)).toList().forEach(this::refuse);
        assertThat(next(one, 1)).isEqualTo(one);
        refuse(chosen);
        assertThat(next(one, 1))
                .isEqualTo(new Reverted("a refuses LDS of version 42: no", NOW.plusSeconds(1)));
        acknowledge(one.proxies());
        var held = new Holding(0, one.proxies(), one.awaited(), NOW);
        assertThat(next(held, 2)).isInstanceOf(Reverted.class);
    }

    @Test
    void whoDoesNotAcknowledgeInTimeIsNamed() {
        connect("a", 2);
        Waiting one = first();
        String name = one.proxies().iterator().next();
        assertThat(next(one, 10))
                .isEqualTo(
                        new Reverted(
                                "1 of its proxies did not acknowledge within 10 s: " + name,
                                NOW.plusSeconds(10)));
        proxies.remove(name);
        assertThat(((Reverted) next(one, 10)).reason()).endsWith(name + " (not connected)");
        // While it is held, somebody may go, but not everybody.
        assertThat(next(new Holding(0, one.proxies(), one.awaited(), NOW), 1))
                .isEqualTo(
                        new Reverted(
                                "none of its proxies is connected any more", NOW.plusSeconds(1)));
    }

    @Test
    void whoDidNotRunTheVersionBeforeIsNotWaitedFor() {
        connect("a", 4);
        proxies.put("stuck", new Seen("b", false, false, false, Optional.empty()));
        var last = new Holding(1, Set.of("a-0"), Set.of("a-0"), NOW);
        acknowledge(Set.of("a-0"));
        var all = (Waiting) next(last, 30);
        assertThat(all.proxies()).contains("stuck");
        assertThat(all.awaited()).containsExactlyInAnyOrder("a-0", "a-1", "a-2", "a-3");
    }

    @Test
    void whereNobodyRunsWhatIsInForceNobodyCanGoFirst() {
        assertThat(StageDecision.first(PLAN, evidence(), NOW)).isEmpty();
        proxies.put("stuck", new Seen("b", false, false, false, Optional.empty()));
        assertThat(StageDecision.first(PLAN, evidence(), NOW)).isEmpty();
    }

    @Test
    void anObjectionReverts() {
        connect("a", 3);
        var evidence = new Evidence(42, proxies, Optional.of("x.yaml was edited meanwhile"));
        assertThat(StageDecision.next(first(), PLAN, evidence, NOW))
                .isEqualTo(new Reverted("x.yaml was edited meanwhile", NOW));
    }

    @ParameterizedTest
    @CsvSource({"0.01, 2, 1", "0.1, 20, 2", "0.25, 50, 5", "0.5, 100, 10", "0.99, 198, 20"})
    void ofNoWorkloadThereAreMoreThanItsShare(double share, int most, int each) {
        for (int i = 0; i < 10; i++) {
            connect("w" + i, 20);
        }
        Set<String> chosen = StageDecision.choose(share, false, evidence());
        assertThat(chosen).hasSizeLessThanOrEqualTo(most).isNotEmpty();
        var counts = new TreeMap<String, Integer>();
        chosen.forEach(id -> counts.merge(id.substring(0, 2), 1, Integer::sum));
        assertThat(counts.values())
                .allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(each));
        assertThat(StageDecision.choose(share, false, evidence())).isEqualTo(chosen);
    }

    @Test
    void gatewaysComeLastUnlessThereIsNothingElseOrSomebodyAsks() {
        gateway();
        assertThat(StageDecision.choose(0.5, false, evidence())).containsExactly("gateway-0");
        connect("a", 1);
        assertThat(StageDecision.choose(0.9, false, evidence())).containsExactly("a-0");
        assertThat(StageDecision.choose(1, true, evidence())).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1%,",
                "50%,25%,100%",
                "1%,50%",
                "0%,100%",
                "100%,100%",
                "101%",
                "-1%"
            })
    void stagesThatAreNoneAreRefused(String stages) {
        assertThatThrownBy(() -> StagePlan.parse(stages, "1s", "1s", false, "5%"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("stages: ")
                .hasMessageContaining("(expected: ");
    }

    @Test
    void whatIsRememberedOfItIsTheSame() {
        connect("a", 4);
        var change =
                new FileChange(
                        Map.of("applied/a b.yaml", Optional.of("x: ä\n")),
                        new Signature("anna", "here", "why, and more"));
        for (StageState state :
                List.of(
                        new Waiting(1, Set.of("a-0", "a-1"), Set.of("a-1"), NOW),
                        new Promoting())) {
            var record =
                    new StageRecord(42, PLAN, change, Map.of("applied/a b.yaml", "f00"), state);
            assertThat(StageRecord.parse(record.print(), NOW)).contains(record);
        }
        var over = new StageRecord(42, PLAN, change, Map.of(), new Reverted("it was, well", NOW));
        assertThat(over.print()).doesNotContain("file ");
        assertThat(StageRecord.parse(over.print(), NOW).orElseThrow().state())
                .isEqualTo(over.state());
        assertThat(StageRecord.parse(over.print().replace("anna", "ben"), NOW)).isEmpty();
    }
}
