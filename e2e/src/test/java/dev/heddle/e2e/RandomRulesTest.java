package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever rules there are, a request meets the same through both data planes.
@Tag("e2e")
class RandomRulesTest {
    private static final int REQUESTS = 50;
    private static final int MESHES = 40;
    private static final int MESHES_IN_A_LONG_RUN = 1_000;

    /// Two requests differ in these by nature.
    private static final Set<String> OWN = Set.of("date", "x-envoy-upstream-service-time");

    /// An identity is made by each. Envoy says of a client on the loopback interface that it is on
    /// the machine's first address.
    private static final List<String> OWN_LINES =
            List.of(
                    "header:x-request-id=",
                    "header:x-forwarded-for=",
                    "header:" + TwoPlanes.Asked.ID + "=");

    private static final String TIMEOUT = "header:x-envoy-expected-rq-timeout-ms=";

    @TempDir Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource
    void aRequestMeetsTheSameThroughBothPlanes(Role role) throws Exception {
        compare(role, MESHES, 0);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void aRequestMeetsTheSameThroughBothPlanesTenTimesAsOften(Role role) throws Exception {
        compare(role, MESHES_IN_A_LONG_RUN, MESHES);
    }

    private void compare(Role role, int meshes, int first) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        Seed seed = Seed.ofRun();
        var differences = new ArrayList<String>();
        int routed = 0;
        Set<RandomDoors.Door> served = new HashSet<>();
        try (var planes =
                new TwoPlanes(role, RandomRules.SERVICES, envoy.orElseThrow(), directory)) {
            for (int mesh = first; mesh < first + meshes && differences.size() < 5; mesh++) {
                var dice = new Dice(seed.forCase(mesh).random());
                String rules = new RandomRules(role, dice).rules();
                var requests = new RandomRequests(role, dice);
                List<String> findings = planes.adopt(rules);
                assertThat(planes.nacks()).as("%s%n%s", rules, seed).isEmpty();
                var pairs = new ArrayList<Pair>();
                for (int i = 0; i < REQUESTS; i++) {
                    TwoPlanes.Asked asked = requests.next();
                    var pair = Pair.of(planes, asked, mesh + "-" + i);
                    // They may not have seen yet that a host fails, or opened a port, or closed it.
                    for (int again = 0; again < 3 && !pair.isAsSaid(planes); again++) {
                        TimeUnit.MILLISECONDS.sleep(300);
                        planes.reconnect();
                        pair = Pair.of(planes, asked, mesh + "-" + i + "-" + again);
                    }
                    if (pair.envoy().startsWith("200")) {
                        routed++;
                        served.add(asked.door());
                    }
                    pairs.add(pair);
                }
                if (rules.contains("mirror")) {
                    settle(planes);
                }
                for (Pair pair : pairs) {
                    Foretold foretold = pair.foretold(planes);
                    if (!foretold.mistakes().isEmpty()) {
                        differences.add(
                                "mesh %d, %s%n%s%n%s"
                                        .formatted(mesh, foretold.text(), rules, findings));
                        break;
                    }
                    if (!pair.isSame() || !pair.isCopiedAlike(planes)) {
                        differences.add(
                                "mesh %d, %s%n%s%n%s"
                                        .formatted(mesh, pair.said(planes), rules, findings));
                        break;
                    }
                }
            }
        }
        assertThat(differences).as("%s", seed).isEmpty();
        // If most rules were refused, or nobody was reached, nothing was compared.
        assertThat(routed).isGreaterThan(meshes * REQUESTS / 10);
        assertThat(served)
                .extracting(RandomDoors.Door::port)
                .contains(RandomDoors.MAIN, RandomDoors.PASSED, RandomDoors.BYTES);
    }

    /// Returns once no copy of a request has come for a while.
    private static void settle(TwoPlanes planes) throws InterruptedException {
        int count = planes.copies();
        for (int before = -1; before != count; count = planes.copies()) {
            before = count;
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// What a request met through both.
    ///
    /// @param id tells it from others, each time that it was asked
    private record Pair(
            TwoPlanes.Asked asked,
            String id,
            String envoy,
            String heddle,
            Optional<Answer> answer) {
        private static final String THROUGH_ENVOY = "-envoy";
        private static final String THROUGH_HEDDLE = "-heddle";

        static Pair of(TwoPlanes planes, TwoPlanes.Asked asked, String id) {
            Optional<Answer> envoys = met(() -> planes.throughEnvoy(asked.as(id + THROUGH_ENVOY)));
            Optional<Answer> ours = met(() -> planes.throughHeddle(asked.as(id + THROUGH_HEDDLE)));
            return new Pair(asked, id, text(envoys), text(ours), ours);
        }

        Foretold foretold(TwoPlanes planes) {
            return new Foretold(planes, asked, planes.explained(asked), answer);
        }

        boolean isSame() {
            return envoy.equals(heddle);
        }

        /// Whether both met what was said beforehand.
        boolean isAsSaid(TwoPlanes planes) {
            return isSame() && foretold(planes).mistakes().isEmpty();
        }

        String said(TwoPlanes planes) {
            return "%s%nEnvoy  %s copies=%d%nHeddle %s copies=%d"
                    .formatted(
                            asked,
                            envoy,
                            planes.copies(id + THROUGH_ENVOY),
                            heddle,
                            planes.copies(id + THROUGH_HEDDLE));
        }

        /// Whether as many copies came of the one as of the other, once they have come.
        boolean isCopiedAlike(TwoPlanes planes) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (planes.copies(id + THROUGH_ENVOY) != planes.copies(id + THROUGH_HEDDLE)) {
                if (System.nanoTime() > end) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
            return true;
        }
    }

    private static String text(Optional<Answer> answer) {
        return answer.map(RandomRulesTest::text).orElse("no answer");
    }

    private static Optional<Answer> met(Callable<Answer> call) {
        try {
            return Optional.of(call.call());
        } catch (IOException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Answer answer) {
        var headers = new TreeMap<>(answer.headers());
        headers.keySet().removeAll(OWN);
        if (answer.destination().isPresent()) {
            headers.remove("content-length"); // of all lines, those that are left out, too
        }
        String body =
                answer.body()
                        .lines()
                        .filter(line -> OWN_LINES.stream().noneMatch(line::startsWith))
                        .map(RandomRulesTest::inSeconds)
                        .sorted()
                        .reduce("", (a, b) -> a + "|" + b);
        return answer.status() + " " + headers + " " + body;
    }

    /// How long another attempt may take depends on how long the last one took.
    private static String inSeconds(String line) {
        if (!line.startsWith(TIMEOUT)) {
            return line;
        }
        int millis = Integer.parseInt(line.substring(TIMEOUT.length()));
        return TIMEOUT + (millis + 999) / 1_000 + " s";
    }
}
