package dev.heddle.verify;

import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Journeys;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.compiler.world.World;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Resource;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.model.verify.MeshTest.Case;
import dev.heddle.model.verify.MeshTest.From;
import dev.heddle.model.verify.MeshTest.Sent;
import dev.heddle.model.verify.MeshTest.Simulation;
import dev.heddle.verify.sim.Measured;
import dev.heddle.verify.sim.Simulator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Runs tests of one configuration. What a proxy runs is compiled once, however many tests ask. For
/// one thread.
public final class Verifier {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

    private final World world;
    private final Journeys journeys;

    /// Of a world as it was made of files.
    public Verifier(Edition edition) {
        this.world = edition.world();
        this.journeys = new Journeys(world, edition.checks());
    }

    /// Runs every test of a resource whose name is wanted, and every simulation.
    ///
    /// @param suite without errors
    public Stream<TestResult> verify(Resource<MeshTest> suite, Predicate<String> isWanted) {
        MeshTest spec = suite.spec();
        return Stream.concat(
                IntStream.range(0, spec.tests().size())
                        .filter(i -> isWanted.test(spec.tests().get(i).name()))
                        .mapToObj(i -> verify(suite, i)),
                IntStream.range(0, spec.simulations().size())
                        .filter(i -> isWanted.test(spec.simulations().get(i).name()))
                        .mapToObj(i -> simulate(suite, i)));
    }

    /// Runs one test.
    ///
    /// @param suite without errors
    /// @param index of the test
    public Outcome verify(Resource<MeshTest> suite, int index) {
        Case test = suite.spec().tests().get(index);
        From from = test.from().or(() -> suite.spec().from()).orElseThrow();
        Sender sender = sender(from, suite.metadata().namespace());
        Journey journey = journeys.of(sender, request(test.request().orElseThrow()));
        var comparison = new Comparison(journey, surroundings(journey));
        return new Outcome(
                suite, index, journey, comparison.all(test.expect().orElseThrow()).mismatches());
    }

    /// Runs one simulation.
    ///
    /// @param suite without errors
    /// @param index of the simulation
    public Simulated simulate(Resource<MeshTest> suite, int index) {
        Simulation simulation = suite.spec().simulations().get(index);
        From from = simulation.from().or(() -> suite.spec().from()).orElseThrow();
        Request request = request(simulation.request().orElseThrow());
        Journey journey = journeys.of(sender(from, suite.metadata().namespace()), request);
        var setting = SimulationSetting.of(world, simulation, journey, request);
        List<String> unknown = setting.unknown();
        Measured measured =
                unknown.isEmpty()
                        ? Simulator.run(setting.setting())
                        : Measured.nothing(
                                "no endpoint of these requests is %s (there are: %s)"
                                        .formatted(
                                                String.join(", ", unknown),
                                                setting.names().isEmpty()
                                                        ? "none"
                                                        : String.join(
                                                                ", ", setting.names().values())));
        return new Simulated(
                suite,
                index,
                measured,
                SimulationComparison.of(
                        simulation.expect().orElseThrow(), measured, setting::name));
    }

    /// Leads a request through the configuration.
    public Journey journey(Sender sender, Request request) {
        return journeys.of(sender, request);
    }

    /// What completes short names of hosts for who sent a request.
    public Surroundings surroundings(Journey journey) {
        return new Surroundings(journey.from().namespace(), world.settings().domain());
    }

    /// How many proxies' configurations were compiled so far.
    public int compiled() {
        return journeys.compiled();
    }

    private static Sender sender(From from, String namespace) {
        return new Sender(
                from.gateway().isEmpty() ? from.labels() : Map.of(GATEWAY_NAME, from.gateway()),
                from.namespace().isEmpty() ? namespace : from.namespace(),
                Optional.of(from.caller()).filter(it -> !it.isEmpty()).map(Verifier::name));
    }

    /// A SPIFFE id, whole.
    ///
    /// @param said as in `cluster.local/ns/a/sa/b`, with or without its scheme, or `none`
    /// @return empty for nobody
    static String name(String said) {
        return said.equals("none") ? "" : said.startsWith("spiffe://") ? said : "spiffe://" + said;
    }

    private static Request request(Sent sent) {
        return Request.of(sent.methodOrGet().toUpperCase(Locale.ROOT), sent.url(), sent.headers());
    }
}
