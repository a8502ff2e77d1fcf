package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.e2e.ParityRun.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The same bytes have the same effect at our proxy as at stock Envoy: on the answer, on the
/// connection, on what the upstream gets and on what the log says. Where ours differs on purpose,
/// the table says why and what it does; the test then also fails when there is no difference any
/// more.
class EnvoyParityTest {

    @TestFactory
    Stream<DynamicTest> bothProxiesDoTheSame(@TempDir Path directory) throws Exception {
        assumeTrue(Envoy.find().isPresent(), "HEDDLE_ENVOY names no Envoy");
        Path envoys = Files.createDirectory(directory.resolve("envoy"));
        Path ours = Files.createDirectory(directory.resolve("heddle"));
        CompletableFuture<Map<ParityCase, Outcome>> envoy =
                CompletableFuture.supplyAsync(() -> run(Envoy.find().orElseThrow(), envoys));
        Map<ParityCase, Outcome> heddle = run(new HeddleProxy(), ours);
        Map<ParityCase, Outcome> expected = envoy.join();
        return ParityCase.all().stream()
                .map(row ->
                        DynamicTest.dynamicTest(
                                row.toString(),
                                () ->
                                        assertParity(
                                                row,
                                                Objects.requireNonNull(heddle.get(row)),
                                                Objects.requireNonNull(expected.get(row)))));
    }

    private static Map<ParityCase, Outcome> run(DataPlane proxy, Path directory) {
        try {
            return ParityRun.of(proxy, directory);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertParity(ParityCase row, Outcome ours, Outcome envoys) {
        if (row.difference().isEmpty()) {
            assertThat(ours).isEqualTo(envoys);
            return;
        }
        assertThat(ours).as("no difference any more").isNotEqualTo(envoys);
        String[] words = ours.log().getLast().split(" ", -1);
        assertThat(ours.fate() + " " + words[3] + " " + words[4] + " " + words[5])
                .as(row.difference().get().why())
                .isEqualTo(row.difference().get().ours());
    }
}
