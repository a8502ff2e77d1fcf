package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.testkit.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever rules there are, a request meets the same through both data planes.
@Tag("e2e")
class RandomRulesTest {
    private static final int REQUESTS = 50;
    private static final int MESHES = 100;
    private static final int MESHES_IN_A_LONG_RUN = 1_000;

    /// Two requests differ in these by nature.
    private static final Set<String> OWN = Set.of("date", "x-envoy-upstream-service-time");

    /// An identity is made by each. Envoy says of a client on the loopback interface that it is on
    /// the machine's first address.
    private static final List<String> OWN_LINES =
            List.of("header:x-request-id=", "header:x-forwarded-for=");

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
        try (var planes =
                new TwoPlanes(role, RandomRules.SERVICES, envoy.orElseThrow(), directory)) {
            for (int mesh = first; mesh < first + meshes && differences.size() < 5; mesh++) {
                var chance = new RandomRules(role, seed.forCase(mesh).random());
                String rules = chance.rules();
                List<String> findings = planes.adopt(rules);
                assertThat(planes.nacks()).as("%s%n%s", rules, seed).isEmpty();
                for (int i = 0; i < REQUESTS; i++) {
                    TwoPlanes.Asked asked = chance.request();
                    String there = text(planes.throughEnvoy(asked));
                    String here = text(planes.throughHeddle(asked));
                    routed += there.startsWith("200") ? 1 : 0;
                    if (!there.equals(here)) {
                        differences.add(
                                "mesh %d, %s%nEnvoy  %s%nHeddle %s%n%s%n%s"
                                        .formatted(mesh, asked, there, here, rules, findings));
                        break;
                    }
                }
            }
        }
        assertThat(differences).as("%s", seed).isEmpty();
        // If most rules were refused, or nobody was reached, nothing was compared.
        assertThat(routed).isGreaterThan(meshes * REQUESTS / 8);
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
                        .sorted()
                        .reduce("", (a, b) -> a + "|" + b);
        return answer.status() + " " + headers + " " + body;
    }
}
