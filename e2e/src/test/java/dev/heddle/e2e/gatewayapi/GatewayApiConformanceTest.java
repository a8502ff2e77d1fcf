package dev.heddle.e2e.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The conformance suite of the Kubernetes Gateway API, as far as it is about traffic: every given
/// test through stock Envoy and through our proxy.
@Tag("e2e")
class GatewayApiConformanceTest {
    /// Tests that are about status alone.
    private static final Set<String> STATUS =
            Set.of(
                    "GatewayInfrastructure",
                    "GatewayListenerUnsupportedProtocol",
                    "GatewayInvalidTLSBackendConfiguration",
                    "GatewayNameMaximumLength",
                    "GatewaySecretInvalidReferenceGrant",
                    "GatewaySecretMissingReferenceGrant",
                    "GatewayStaticAddresses",
                    "HTTPRouteDisallowedKind",
                    "HTTPRouteInvalidParentRefNotMatchingSectionName",
                    "HTTPRouteInvalidParentRefSectionNameNotMatchingPort",
                    "HTTPRouteObservedGenerationBump");

    /// Manifests that the suite was given without, and how many calls to their Gateways are not
    /// made therefore. The golden case `gateway-api-isolation` makes such calls.
    private static final Map<String, Integer> NOT_GIVEN =
            Map.of("tests/gateway-http-listener-isolation-with-hostname-intersection.yaml", 16);

    /// Tests that do not pass yet. Each must still fail.
    private static final Set<String> NOT_YET = Set.of();

    private static @Nullable Cluster cluster;

    @TempDir Path directory = Path.of("");

    @TestFactory
    Stream<DynamicTest> throughStockEnvoy() throws IOException {
        Optional<Envoy> envoy = Envoy.find();
        assumeTrue(envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return tests(envoy.orElseThrow());
    }

    @TestFactory
    Stream<DynamicTest> throughOurProxy() throws IOException {
        return tests(new HeddleProxy());
    }

    @TestFactory
    Stream<DynamicTest> everyTestThatHasNoTrafficIsNamed() {
        Optional<Suite> suite = Suite.find();
        assumeTrue(suite.isPresent(), "skipped: no ../shared/cases/gateway-api-conformance here");
        return suite.orElseThrow().tests().stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.name(),
                                () ->
                                        assertThat(isAboutTraffic(test))
                                                .isEqualTo(!STATUS.contains(test.name()))));
    }

    /// A step of a kind that nobody here knows is a step that nobody takes: of clients in the mesh,
    /// of bytes and of datagrams the given tests have none. Golden cases make such calls:
    /// `gateway-api-mesh*`, `gateway-api-bytes`, and [DatagramRoutesTest].
    @TestFactory
    Stream<DynamicTest> everyStepIsTakenHereOrIsOfAKindThatIsNamed() {
        Optional<Suite> suite = Suite.find();
        assumeTrue(suite.isPresent(), "skipped: no ../shared/cases/gateway-api-conformance here");
        Suite found = suite.orElseThrow();
        Stream<DynamicTest> steps =
                found.tests().stream()
                        .map(test ->
                                DynamicTest.dynamicTest(
                                        test.name(),
                                        () ->
                                                assertThat(test.steps())
                                                        .filteredOn(step -> !isKnown(test, step))
                                                        .as("steps that nobody takes")
                                                        .isEmpty()));
        return Stream.concat(
                steps,
                Stream.of(
                        DynamicTest.dynamicTest(
                                "manifests",
                                () ->
                                        assertThat(found.tests())
                                                .flatExtracting(Suite.Test::manifests)
                                                .filteredOn(m -> found.manifest(m).isEmpty())
                                                .as("manifests that are not given")
                                                .containsExactlyInAnyOrderElementsOf(
                                                        NOT_GIVEN.keySet()))));
    }

    private static boolean isKnown(Suite.Test test, Suite.Step step) {
        return step.isTraffic()
                || step.isAboutStatus()
                || (Special.ALL.containsKey(test.name()) && Special.CALLS.contains(step.call()));
    }

    private static boolean isAboutTraffic(Suite.Test test) {
        return !test.traffic().isEmpty() || Special.ALL.containsKey(test.name());
    }

    private Stream<DynamicTest> tests(DataPlane dataPlane) throws IOException {
        Optional<Suite> found = Suite.find();
        assumeTrue(found.isPresent(), "skipped: no ../shared/cases/gateway-api-conformance here");
        Suite suite = found.orElseThrow();
        assertThat(suite.tests()).hasSizeGreaterThan(40);
        Cluster applied = cluster(suite);
        return suite.tests().stream()
                .filter(GatewayApiConformanceTest::isAboutTraffic)
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.name(), () -> check(test, applied, dataPlane)));
    }

    /// The pods are the same for all tests.
    private static synchronized Cluster cluster(Suite suite) throws IOException {
        Cluster made = cluster;
        if (made == null) {
            made =
                    new Cluster(
                            suite, Material.made(Files.createTempDirectory("heddle-gateway-api")));
            cluster = made;
        }
        return made;
    }

    @AfterAll
    static synchronized void stop() {
        Cluster made = cluster;
        if (made != null) {
            made.close();
            cluster = null;
        }
    }

    private void check(Suite.Test test, Cluster cluster, DataPlane dataPlane) throws Exception {
        if (NOT_YET.contains(test.name())) {
            assertThat(catchThrowable(() -> run(test, cluster, dataPlane)))
                    .as("passes: take it from the list")
                    .isNotNull();
        } else {
            run(test, cluster, dataPlane);
        }
    }

    private void run(Suite.Test test, Cluster cluster, DataPlane dataPlane) throws Exception {
        Path own = directory.resolve(dataPlane.getClass().getSimpleName() + test.name());
        try (var rig = new Rig(dataPlane, cluster, test, own)) {
            var steps = new Steps(rig, cluster.material());
            int left = 0;
            for (Suite.Step step : test.traffic()) {
                if (steps.isPossible(step)) {
                    steps.take(step);
                } else {
                    left++;
                }
            }
            assertThat(left)
                    .as("calls to Gateways that are not given")
                    .isEqualTo(
                            test.manifests().stream()
                                    .mapToInt(m -> NOT_GIVEN.getOrDefault(m, 0))
                                    .sum());
            Special.Check special = Special.ALL.get(test.name());
            if (special != null) {
                special.made(rig, steps, cluster.pods());
            }
            assertThat(rig.nacks()).isEmpty();
        }
    }
}
