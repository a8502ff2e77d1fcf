package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.e2e.PathDice.Mode;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// However a path is written, a policy about it cannot be got round: what arrives at the back end
/// is never what is refused, in any of Istio's ways to make paths canonical, and both data planes
/// decide the same.
@Tag("e2e")
class PathsBesideEnvoyTest {
    private static final String HOST = "reviews.example";

    @TempDir Path directory = Path.of("");

    /// A policy about paths.
    ///
    /// @param rule of a policy of that action
    /// @param mayArrive whether a back end may get a path that means this
    private record Guard(String action, String rule, Predicate<String> mayArrive) {
        static final Guard DENY =
                new Guard(
                        "DENY",
                        "to: [{operation: {paths: [/admin, /admin/*]}}]",
                        path -> !path.equals("/admin") && !path.startsWith("/admin/"));
        static final Guard ALLOW =
                new Guard(
                        "ALLOW",
                        "to: [{operation: {paths: [/public/*]}},"
                                + " {operation: {hosts: ['mark.example*']}}]",
                        path -> path.startsWith("/public/"));

        String text(Mode mode) {
            return """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: "pathNormalization: {normalization: %s}"
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: all, namespace: default}
            spec:
              hosts: [%s]
              gateways: [door]
              http: [{route: [{destination: {host: reviews, port: {number: 9080}}}]}]
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: paths, namespace: default}
            spec:
              action: %s
              rules: [{%s}]
            """
                    .formatted(mode, HOST, action, rule);
        }
    }

    @Test
    void noPathGetsRoundAPolicy() throws Exception {
        askAll(5_000);
    }

    @Test
    @Tag("long")
    void ofAHundredThousandPathsNoneGetsRoundAPolicy() throws Exception {
        askAll(100_000);
    }

    private void askAll(int paths) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        Seed seed = Seed.ofRun();
        int worlds = Mode.values().length * 2;
        int world = 0;
        try (var planes =
                new TwoPlanes(Role.GATEWAY, RandomRules.SERVICES, envoy.orElseThrow(), directory)) {
            for (Mode mode : Mode.values()) {
                for (Guard guard : List.of(Guard.DENY, Guard.ALLOW)) {
                    assertThat(planes.adopt(guard.text(mode))).isEmpty();
                    assertThat(planes.nacks()).isEmpty();
                    var dice = new PathDice(new Dice(seed.forCase(world++).random()));
                    ask(planes, dice, mode, guard, paths / worlds, seed);
                }
            }
        }
    }

    private static void ask(
            TwoPlanes planes, PathDice dice, Mode mode, Guard guard, int paths, Seed seed) {
        var wrong = new ArrayList<String>();
        int compared = 0;
        int served = 0;
        int refused = 0;
        for (int i = 0; i < paths && wrong.size() < 20; i++) {
            String target = dice.target(HOST);
            byte[] request = HttpText.request("GET", target, HOST, Map.of());
            Met there = Met.of(() -> planes.throughEnvoy(request));
            Met here = Met.of(() -> planes.throughHeddle(request));
            boolean isCompared = !PathDice.isLeftByEnvoy(target);
            if (mode != Mode.NONE && PathDice.hasStrayPercent(target)) {
                isCompared = false;
                compared++;
                if (here.status() != 400) {
                    wrong.add("'%s' is not refused: %s".formatted(target, here));
                }
            }
            compared += isCompared ? 1 : 0;
            for (Met met : isCompared ? List.of(there, here) : List.of(here)) {
                boolean isLeak =
                        met.path()
                                .filter(it -> !guard.mayArrive().test(PathDice.meant(it, mode)))
                                .isPresent();
                if (isLeak) {
                    wrong.add("LEAK of '" + target + "': " + met);
                }
            }
            if (isCompared && !there.equals(here)) {
                wrong.add("'%s'%n    Envoy  %s%n    Heddle %s".formatted(target, there, here));
            }
            served += here.status() == 200 ? 1 : 0;
            refused += here.status() == 403 ? 1 : 0;
        }
        assertThat(wrong).as("%s, %s, %s", mode, guard.action(), seed).isEmpty();
        // Or nothing was asked.
        assertThat(compared).as("compared").isGreaterThan(paths * 9 / 10);
        assertThat(served).as("served").isGreaterThan(paths / 40);
        assertThat(refused).as("refused").isGreaterThan(paths / 40);
    }

    /// What a request met.
    ///
    /// @param status 0 for no answer
    /// @param path that the back end got
    private record Met(int status, Optional<String> path) {
        private interface Call {
            Answer make() throws IOException;
        }

        static Met of(Call call) {
            try {
                Answer answer = call.make();
                // Envoy merges the slashes of a path of nothing else to two.
                return new Met(
                        answer.status(),
                        answer.seen("path")
                                .map(it -> it.matches("//+(\\?.*)?") ? it.substring(1) : it));
            } catch (IOException _) {
                return new Met(0, Optional.empty());
            }
        }
    }
}
