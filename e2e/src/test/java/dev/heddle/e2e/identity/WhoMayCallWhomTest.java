package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.testkit.Begun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The table of who may call whom: each mode of PeerAuthentication, of the workload and of its
/// namespace, against callers with an identity, without one, and without a sidecar; through every
/// pair of data planes. Everything from the join token to the wire is real.
@Tag("e2e")
class WhoMayCallWhomTest {
    /// In ordinary runs a part of the table is gone through.
    private static final int SOME = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path dir = Path.of("");

    /// What a caller meets: 200 with or without its identity told, or nothing.
    private enum Meets {
        KNOWN,
        UNKNOWN,
        NOBODY
    }

    /// By the namespace's mode and the workload's: what callers with an identity, without one, and
    /// without a sidecar meet.
    private static final String TABLE =
            """
            namespace   workload    with        without     in plain text
            -           -           KNOWN       UNKNOWN     UNKNOWN
            -           UNSET       KNOWN       UNKNOWN     UNKNOWN
            -           STRICT      KNOWN       NOBODY      NOBODY
            -           PERMISSIVE  KNOWN       UNKNOWN     UNKNOWN
            -           DISABLE     UNKNOWN     UNKNOWN     UNKNOWN
            UNSET       -           KNOWN       UNKNOWN     UNKNOWN
            UNSET       STRICT      KNOWN       NOBODY      NOBODY
            UNSET       DISABLE     UNKNOWN     UNKNOWN     UNKNOWN
            STRICT      -           KNOWN       NOBODY      NOBODY
            STRICT      PERMISSIVE  KNOWN       UNKNOWN     UNKNOWN
            STRICT      UNSET       KNOWN       NOBODY      NOBODY
            STRICT      DISABLE     UNKNOWN     UNKNOWN     UNKNOWN
            STRICT      STRICT      KNOWN       NOBODY      NOBODY
            PERMISSIVE  -           KNOWN       UNKNOWN     UNKNOWN
            PERMISSIVE  STRICT      KNOWN       NOBODY      NOBODY
            PERMISSIVE  UNSET       KNOWN       UNKNOWN     UNKNOWN
            PERMISSIVE  DISABLE     UNKNOWN     UNKNOWN     UNKNOWN
            PERMISSIVE  PERMISSIVE  KNOWN       UNKNOWN     UNKNOWN
            DISABLE     -           UNKNOWN     UNKNOWN     UNKNOWN
            DISABLE     STRICT      KNOWN       NOBODY      NOBODY
            DISABLE     UNSET       UNKNOWN     UNKNOWN     UNKNOWN
            DISABLE     PERMISSIVE  KNOWN       UNKNOWN     UNKNOWN
            DISABLE     DISABLE     UNKNOWN     UNKNOWN     UNKNOWN
            """;

    /// A line of it.
    private record Row(String namespace, String workload, List<Meets> meets) {
        static List<Row> all() {
            return TABLE.lines()
                    .skip(1)
                    .map(line -> line.split(" +", -1))
                    .map(cells ->
                            new Row(
                                    cells[0],
                                    cells[1],
                                    Stream.of(cells).skip(2).map(Meets::valueOf).toList()))
                    .toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> aPartOfTheTable() {
        return tables(SOME);
    }

    @TestFactory
    @Tag("long")
    Stream<DynamicTest> theWholeTable() {
        return tables(1);
    }

    /// For each pair of data planes, in meshes of their own that are gone through at the same time,
    /// as most of it is waiting.
    private Stream<DynamicTest> tables(int step) {
        var begun = new LinkedHashMap<String, Begun<Integer>>();
        for (boolean isFromEnvoy : List.of(false, true)) {
            for (boolean isToEnvoy : List.of(false, true)) {
                String name = "from %s to %s".formatted(name(isFromEnvoy), name(isToEnvoy));
                begun.put(
                        name,
                        Begun.of(() -> table(name, plane(isFromEnvoy), plane(isToEnvoy), step)));
            }
        }
        return begun.entrySet().stream()
                .map(each ->
                        DynamicTest.dynamicTest(
                                each.getKey(),
                                () -> assertThat(each.getValue().get()).isGreaterThan(5)))
                .onClose(() -> begun.values().forEach(Begun::close));
    }

    private static String name(boolean isEnvoy) {
        return isEnvoy ? "Envoy" : "Heddle";
    }

    private static DataPlane plane(boolean isEnvoy) {
        return isEnvoy ? envoy() : new HeddleProxy();
    }

    private static Envoy envoy() {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return envoy.orElseThrow();
    }

    /// @param step 3 for each third line
    /// @return how many lines were gone through
    private int table(String name, DataPlane from, DataPlane to, int step) throws Exception {
        try (var mesh = new SecureMesh(dir.resolve(name + step), Duration.ofHours(24))) {
            mesh.serve(to);
            int known = mesh.call(from, "web", mesh.identity("web").toString());
            int unknown = mesh.call(from, "guest", "");
            List<Row> rows = Row.all();
            int met = 0;
            for (int i = 0; i < rows.size(); i += step) {
                Row row = rows.get(i);
                mesh.write("peers.yaml", peers(row.namespace(), row.workload()));
                await(
                        row,
                        () ->
                                List.of(
                                        meets(mesh.get(known)),
                                        meets(mesh.get(unknown)),
                                        meets(mesh.plain())));
                met++;
            }
            assertThat(mesh.identities())
                    .allSatisfy(identity -> assertThat(identity.held()).isPresent());
            return met;
        }
    }

    private static String peers(String namespace, String workload) {
        String all =
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: default}
                """;
        if (!namespace.equals("-")) {
            all +=
                    """
                    ---
                    apiVersion: security.istio.io/v1
                    kind: PeerAuthentication
                    metadata: {name: default, namespace: default}
                    spec: {mtls: {mode: %s}}
                    """
                            .formatted(namespace);
        }
        if (!workload.equals("-")) {
            all +=
                    """
                    ---
                    apiVersion: security.istio.io/v1
                    kind: PeerAuthentication
                    metadata: {name: bank, namespace: default}
                    spec: {selector: {matchLabels: {app: bank}}, mtls: {mode: %s}}
                    """
                            .formatted(workload);
        }
        return all;
    }

    /// A caller's own word about who he is must never arrive.
    private static Meets meets(Optional<Answer> answer) {
        if (answer.isEmpty() || answer.get().status() == 503) {
            return Meets.NOBODY;
        }
        assertThat(answer.get().status()).isEqualTo(200);
        String told = answer.get().seen("header:x-forwarded-client-cert").orElse("");
        assertThat(told).doesNotContain("sa/forged");
        if (told.isEmpty()) {
            return Meets.UNKNOWN;
        }
        assertThat(told)
                .startsWith("By=spiffe://cluster.local/ns/default/sa/bank;Hash=")
                .contains("URI=spiffe://cluster.local/ns/default/sa/web");
        return Meets.KNOWN;
    }

    /// Waits until the callers meet what they shall, three times in a row.
    private static void await(Row row, Supplier<List<Meets>> calls) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int inARow = 0;
        while (inARow < 3) {
            List<Meets> met = calls.get();
            inARow = met.equals(row.meets()) ? inARow + 1 : 0;
            if (System.nanoTime() > end) {
                assertThat(met)
                        .as("%s: callers with identity, without identity, without sidecar", row)
                        .isEqualTo(row.meets());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(inARow).isEqualTo(3);
    }
}
