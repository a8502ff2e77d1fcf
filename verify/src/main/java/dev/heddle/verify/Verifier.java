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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

    /// Runs every test of a resource.
    ///
    /// @param suite without errors
    public Stream<Outcome> verify(Resource<MeshTest> suite) {
        return IntStream.range(0, suite.spec().tests().size()).mapToObj(i -> verify(suite, i));
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
