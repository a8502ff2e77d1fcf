package dev.heddle.verify.junit;

import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.verify.MeshTest.Authorization;
import dev.heddle.model.verify.MeshTest.Decision;
import dev.heddle.model.verify.MeshTest.Destination;
import dev.heddle.model.verify.MeshTest.Received;
import dev.heddle.verify.Comparison;
import dev.heddle.verify.Mismatch;
import dev.heddle.verify.OutcomeText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// A request, and what it must meet. Each expectation throws an [AssertionError] where it is not
/// met, with the rule that decided and what was looked at.
///
/// @param headers by name
public record RequestUnderTest(
        MeshUnderTest mesh, Sender sender, String method, String url, Map<String, String> headers) {

    public RequestUnderTest {
        headers = Ordered.copyOf(headers);
    }

    /// The same with a header.
    public RequestUnderTest with(String name, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new RequestUnderTest(mesh, sender, method, url, all);
    }

    /// All requests go there.
    ///
    /// @param host as in `reviews`
    public RequestUnderTest goesTo(String host) {
        return goesTo(
                new Destination(
                        host,
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty()));
    }

    /// All requests go to a subset.
    public RequestUnderTest goesTo(String host, String subset) {
        return goesTo(
                new Destination(
                        host,
                        Optional.of(subset),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty()));
    }

    /// Requests go there, and nowhere else.
    public RequestUnderTest goesTo(Destination... destinations) {
        return met(it -> it.destinations(List.of(destinations)));
    }

    /// A share of the requests, for [#goesTo(Destination...)].
    ///
    /// @param percent exactly
    public static Destination share(int percent, String host, String subset) {
        return new Destination(
                host,
                Optional.of(subset),
                OptionalInt.empty(),
                OptionalInt.of(percent),
                OptionalInt.empty());
    }

    /// That resource made its route, as in `VirtualService shop/reviews`.
    public RequestUnderTest isDecidedBy(String rule) {
        return met(it -> it.rule(rule));
    }

    /// A proxy answers by itself.
    public RequestUnderTest isAnswered(int status) {
        return met(it -> it.status(status));
    }

    /// The sender's proxy leads elsewhere.
    public RequestUnderTest isRedirectedTo(String location) {
        return met(it -> it.location(location));
    }

    /// The sender's proxy has nowhere to send it.
    public RequestUnderTest goesNowhere() {
        return met(it -> it.unreachable(true));
    }

    /// Every destination gets that header.
    public RequestUnderTest arrivesWith(String header, String value) {
        return met(it -> it.requestHeader(header, value));
    }

    /// Every destination gets that path, with its query.
    public RequestUnderTest arrivesAt(String path) {
        return met(it -> it.path(path));
    }

    /// The whole answer may take that long.
    public RequestUnderTest hasTimeout(Duration timeout) {
        return met(it -> it.timeout(timeout));
    }

    /// Every destination's policies let it in.
    public RequestUnderTest isAllowed() {
        return met(it -> it.received(decided(Decision.allow)));
    }

    /// Every destination's policies refuse it.
    public RequestUnderTest isDenied() {
        return met(it -> it.received(decided(Decision.deny)));
    }

    private static Received decided(Decision decision) {
        return new Received(
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(new Authorization(Optional.of(decision), Optional.empty())));
    }

    /// Whatever else a MeshTest can expect.
    public RequestUnderTest met(Consumer<Comparison> expectation) {
        return mesh.alone(verifier -> {
            Journey journey = verifier.journey(sender, Request.of(method, url, headers));
            var comparison = new Comparison(journey, verifier.surroundings(journey));
            expectation.accept(comparison);
            if (!comparison.mismatches().isEmpty()) {
                throw new AssertionError(
                        method
                                + " "
                                + url
                                + "\n"
                                + comparison.mismatches().stream()
                                        .map(Mismatch::toString)
                                        .collect(Collectors.joining("\n"))
                                + "\n"
                                + OutcomeText.decision(journey));
            }
            return this;
        });
    }
}
