package dev.heddle.control.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.control.slo.BurnRule.Urgency;
import dev.heddle.control.slo.Burning.Change;
import dev.heddle.control.slo.Burning.Turn;
import dev.heddle.control.slo.Objective.Target;
import dev.heddle.model.Confined;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.testkit.VirtualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Budgets burn, and cease to, in virtual time.
class SlosTest {
    private static final Duration LOOK = Duration.ofSeconds(10);
    static final Objective REVIEWS = objective("reviews", 0.999, Duration.ofDays(30));

    @TempDir Path data = Path.of("");
    private final VirtualTime time = new VirtualTime();
    private final Traffic traffic = new Traffic();
    private final List<Change> changes = new ArrayList<>();
    private final AtomicReference<Optional<List<Objective>>> inForce =
            new AtomicReference<>(Optional.of(List.of(REVIEWS)));
    private final List<Slos> started = new ArrayList<>();

    private static Objective objective(String name, double share, Duration window) {
        return new Objective(
                new ResourceId(Kinds.SERVICE_LEVEL_OBJECTIVE, "shop", name),
                new Target(List.of(name + ".shop.svc.cluster.local"), "", "shop", ""),
                share,
                window,
                Optional.empty());
    }

    /// Ten calls a second, of which a share fails since some time.
    @Confined("test")
    private static final class Traffic implements CallCounts {
        private final TreeMap<Instant, Double> failing = new TreeMap<>();
        private boolean isBroken;
        private int asked;

        @Override
        public List<Count> counts(List<Objective> objectives, Instant from, Instant to) {
            asked++;
            if (isBroken) {
                throw new IllegalStateException("the disk is away");
            }
            double total = 0;
            double bad = 0;
            for (var segment : failing.entrySet()) {
                Instant next = failing.higherKey(segment.getKey());
                Instant begin = segment.getKey().isAfter(from) ? segment.getKey() : from;
                Instant end = next == null || next.isAfter(to) ? to : next;
                if (begin.isBefore(end)) {
                    double calls = Duration.between(begin, end).toSeconds() * 10.0;
                    total += calls;
                    bad += calls * segment.getValue();
                }
            }
            long all = Math.round(total);
            Count one = new Count(all, all - Math.round(bad));
            return objectives.stream().map(_ -> one).toList();
        }

        @Override
        public List<String> workloads(Objective objective, Instant from, Instant to) {
            return List.of("reviews-v1.shop");
        }
    }

    private Slos slos() {
        var slos =
                new Slos(
                        inForce::get,
                        traffic,
                        workloads -> List.of("proxy of " + workloads),
                        List.of(changes::add),
                        data,
                        time);
        started.add(slos);
        return slos;
    }

    @AfterEach
    void stop() {
        started.forEach(Slos::close);
    }

    private void failing(double share) {
        traffic.failing.put(time.instant(), share);
    }

    private void passes(Slos slos, Duration length) {
        for (long i = 0; i < length.dividedBy(LOOK); i++) {
            time.advance(LOOK);
            slos.look();
        }
    }

    @Test
    void aBudgetBurnsWhenBothTimesSaySoAndCeasesSoonAfterTheFaultIsMended() {
        var slos = slos();
        failing(0);
        time.advance(Duration.ofDays(4));
        slos.look();
        assertThat(changes).isEmpty();
        assertThat(slos.view().statuses().getFirst().budgetLeft()).isEqualTo(1);

        // A tenth fails: 14.4 thousandths of an hour's calls are that after 8 min 38 s.
        failing(0.1);
        passes(slos, Duration.ofMinutes(8));
        assertThat(changes).as("it may be over soon").isEmpty();
        passes(slos, Duration.ofMinutes(3));
        assertThat(changes)
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.turn()).isEqualTo(Turn.BEGINS);
                    assertThat(it.status().burn().orElseThrow().urgency()).isEqualTo(Urgency.PAGE);
                    assertThat(it.workloads()).containsExactly("reviews-v1.shop");
                    assertThat(it.proxies()).containsExactly("proxy of [reviews-v1.shop]");
                    assertThat(it.status().text())
                            .contains("times as fast as it may over 1h", "over 5m (limit: 14.4)");
                });
        Instant since = changes.getFirst().at();
        assertThat(slos.view().statuses().getFirst().burn().orElseThrow().since()).isEqualTo(since);

        // Over five minutes nothing fails any more long before that is so over an hour. The six
        // hours' rule is calm after its half an hour, and those of tickets later.
        failing(0);
        changes.clear();
        passes(slos, Duration.ofMinutes(31));
        SloStatus now = slos.view().statuses().getFirst();
        assertThat(now.rates().getFirst().over()).isGreaterThan(14.4);
        assertThat(now.rates().getFirst().lately()).isZero();
        passes(slos, Duration.ofHours(7));
        assertThat(changes).extracting(Change::turn).containsExactly(Turn.CEASES);
        assertThat(slos.view().statuses().getFirst().burn()).isEmpty();
        assertThat(slos.view().statuses().getFirst().budgetLeft()).isLessThan(1);
    }

    @Test
    void whatBurnsSlowlyIsATicketAndAPageWhenItGetsWorse() {
        var slos = slos();
        failing(0);
        time.advance(Duration.ofDays(4));
        slos.look();
        failing(0.004);
        passes(slos, Duration.ofDays(1).plusHours(1));
        assertThat(changes).extracting(Change::turn).containsExactly(Turn.BEGINS);
        assertThat(changes.getFirst().status().burn().orElseThrow().urgency())
                .isEqualTo(Urgency.TICKET);
        failing(0.5);
        passes(slos, Duration.ofMinutes(10));
        assertThat(changes).extracting(Change::turn).containsExactly(Turn.BEGINS, Turn.WORSENS);
        assertThat(changes.getLast().status().burn().orElseThrow().since())
                .as("it burns since it began to")
                .isEqualTo(changes.getFirst().at());
    }

    @Test
    void aStartOfTheControlPlaneIsNoNewBeginning() {
        var first = slos();
        failing(0.1);
        passes(first, Duration.ofMinutes(10));
        assertThat(changes).hasSize(1);
        Instant since = changes.getFirst().at();
        changes.clear();

        // Nothing is known of objectives before the first world, and that changes nothing.
        inForce.set(Optional.empty());
        var second = slos();
        second.look();
        assertThat(second.view().at()).isEmpty();
        inForce.set(Optional.of(List.of(REVIEWS)));
        passes(second, Duration.ofMinutes(1));
        assertThat(changes).isEmpty();
        assertThat(second.view().statuses().getFirst().burn().orElseThrow().since())
                .isEqualTo(since);
    }

    @Test
    void aDamagedFileIsABeginning() throws Exception {
        Files.createDirectories(data.resolve("state"));
        Files.writeString(data.resolve("state/slos"), "yesterday LOUD ServiceLevelObjective\n");
        var slos = slos();
        failing(0.1);
        passes(slos, Duration.ofMinutes(10));
        assertThat(changes).extracting(Change::turn).containsExactly(Turn.BEGINS);
    }

    @Test
    void anObjectiveThatIsRemovedCeasesToBurn() {
        var slos = slos();
        failing(0.1);
        passes(slos, Duration.ofMinutes(10));
        inForce.set(Optional.of(List.of()));
        passes(slos, LOOK);
        assertThat(changes).extracting(Change::turn).containsExactly(Turn.BEGINS, Turn.CEASES);
        assertThat(slos.view().statuses()).isEmpty();
    }

    @Test
    void whatIsNotKnownNowLeavesEverythingAsItWas() {
        var slos = slos();
        failing(0.1);
        passes(slos, Duration.ofMinutes(10));
        var before = slos.view();
        traffic.isBroken = true;
        passes(slos, Duration.ofMinutes(10));
        assertThat(slos.view()).isSameAs(before);
        traffic.isBroken = false;
        passes(slos, LOOK);
        assertThat(slos.view().at()).contains(time.instant());
        assertThat(changes).hasSize(1);
    }

    @Test
    void theFirstCallsCountAtOnceThoughTheObjectiveLooksBackAMonth() {
        var slos = slos();
        slos.look();
        assertThat(slos.view().statuses().getFirst().calls().total()).isZero();
        failing(0);
        passes(slos, LOOK);
        assertThat(slos.view().statuses().getFirst().calls().total()).isEqualTo(100);
    }

    @Test
    void longTimesAreNotCountedAgainAndAgain() {
        var slos = slos();
        failing(0);
        slos.look();
        passes(slos, Duration.ofHours(1));
        traffic.asked = 0;
        passes(slos, Duration.ofHours(1));
        // 5m: 360, 30m: 120, 1h: 60, 2h: 30, 6h, 1d, 3d and 30d: 12 each.
        assertThat(traffic.asked).isEqualTo(360 + 120 + 60 + 30 + 4 * 12);
    }

    @Test
    void whoHasNoCallsHasAllOfHisBudget() {
        var slos = slos();
        slos.look();
        SloStatus status = slos.view().statuses().getFirst();
        assertThat(status.calls().total()).isZero();
        assertThat(status.budgetLeft()).isEqualTo(1);
        assertThat(status.burn()).isEmpty();
    }

    @Test
    void theBudgetIsTheShareThatMayBeBad() {
        var half =
                SloStatus.of(
                        objective("a", 0.99, Duration.ofHours(12)),
                        Map.of(Duration.ofHours(12), new CallCounts.Count(1_000, 995)),
                        Optional.empty(),
                        time.instant());
        assertThat(half.budgetLeft()).isCloseTo(0.5, within(1e-9));
        assertThat(half.rates())
                .extracting(it -> it.rule().name())
                .as("nothing looks further back than the objective")
                .containsExactly("1h/5m", "6h/30m");
    }
}
