package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// AuthorizationPolicies decide through stock Envoy, on the wire, as the oracle says that decides
/// about our own proxy too.
@Tag("e2e")
class PoliciesBesideEnvoyTest {
    private static final int MESHES_AT_ONCE = 100;

    @TempDir Path directory = Path.of("");

    @Test
    void envoyDecidesAsIstioSays() throws Exception {
        ask(1, 50);
    }

    @Test
    @Tag("long")
    void aHundredThousandTimesEnvoyDecidesAsIstioSays() throws Exception {
        ask(10, 100);
    }

    private void ask(int rounds, int calls) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        Seed seed = Seed.ofRun();
        var differences = new ArrayList<String>();
        int allowed = 0;
        for (int round = 0; round < rounds && differences.isEmpty(); round++) {
            var dice = new ArrayList<AccessDice>();
            var meshes = new ArrayList<List<AccessDice.Policy>>();
            for (int mesh = 0; mesh < MESHES_AT_ONCE; mesh++) {
                dice.add(new AccessDice(seed.forCase(round * MESHES_AT_ONCE + mesh).random()));
                meshes.add(dice.getLast().policies());
            }
            Path own = Files.createDirectory(directory.resolve("round-" + round));
            try (var proxy =
                    new PolicyEnvoy(
                            envoy.orElseThrow(),
                            meshes.stream().map(AccessDice::yaml).toList(),
                            own)) {
                for (int mesh = 0; mesh < MESHES_AT_ONCE && differences.size() < 5; mesh++) {
                    for (int i = 0; i < calls; i++) {
                        AccessDice.Call call = dice.get(mesh).call();
                        while (!PolicyEnvoy.isPossible(call)) {
                            call = dice.get(mesh).call();
                        }
                        boolean expected = AccessDice.allows(meshes.get(mesh), call);
                        allowed += expected ? 1 : 0;
                        if (proxy.allows(mesh, call) != expected) {
                            differences.add(
                                    seed
                                            + "\n"
                                            + AccessDice.yaml(meshes.get(mesh))
                                            + "\n"
                                            + call
                                            + "\nexpected: "
                                            + expected);
                            break;
                        }
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
        // Chance must not have made all calls alike.
        int all = rounds * MESHES_AT_ONCE * calls;
        assertThat(allowed).isBetween(all / 10, all * 9 / 10);
    }
}
