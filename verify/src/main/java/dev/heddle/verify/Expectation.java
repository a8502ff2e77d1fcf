package dev.heddle.verify;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Access;
import dev.heddle.compiler.explain.Explanation.Mirrored;
import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.RateText;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.model.policy.RouteExtension.Abort;
import dev.heddle.model.policy.RouteExtension.Delay;
import dev.heddle.model.policy.RouteExtension.Fault;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.model.verify.MeshTest.Authorization;
import dev.heddle.model.verify.MeshTest.Decision;
import dev.heddle.model.verify.MeshTest.Destination;
import dev.heddle.model.verify.MeshTest.Expect;
import dev.heddle.model.verify.MeshTest.Mirror;
import dev.heddle.model.verify.MeshTest.Received;
import dev.heddle.model.verify.MeshTest.Retries;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// What a configuration does with a request, put as what a test expects: the way back of
/// [Comparison]. Of headers that are written, it has those whose value the rule alone decides, and
/// of retries those that are not Istio's own.
public final class Expectation {
    private static final int PER_PERCENT = 10_000;

    private Expectation() {}

    /// What became of a request, as far as tests can say it.
    public static Expect of(Journey journey, Request request) {
        Explanation sent = journey.sent();
        boolean goesOn = sent.reply().isEmpty();
        return new Expect(
                Optional.empty(),
                Optional.of(sent.routeOrigin().resource()).filter(it -> !it.isEmpty()),
                goesOn ? destinations(sent) : List.of(),
                sent.mirrors().stream().map(Expectation::mirror).toList(),
                Optional.of(sent.sent().path()).filter(it -> goesOn && !it.equals(request.path())),
                Optional.of(sent.sent().authority())
                        .filter(it -> goesOn && !it.equals(request.authority())),
                goesOn ? written(sent.headers().request()) : Map.of(),
                goesOn ? removed(sent.headers().request()) : List.of(),
                goesOn ? written(sent.headers().response()) : Map.of(),
                goesOn ? removed(sent.headers().response()) : List.of(),
                sent.reply().map(Reply::status).map(OptionalInt::of).orElse(OptionalInt.empty()),
                sent.reply().map(Reply::flag).filter(it -> !it.isEmpty()),
                sent.reply().filter(Expectation::isRedirect).map(Reply::detail),
                Optional.empty(),
                sent.features().stream()
                        .filter(HttpFeature.Fault.class::isInstance)
                        .findFirst()
                        .map(it -> fault((HttpFeature.Fault) it)),
                Optional.of(sent.resilience().timeout()).filter(it -> goesOn && !it.isZero()),
                sent.resilience()
                        .retry()
                        .filter(it -> goesOn && !it.equals(Retry.ISTIO))
                        .map(Expectation::retries),
                List.of(),
                limit(sent),
                authorization(sent.access()),
                goesOn ? received(journey.received()) : Optional.empty());
    }

    private static boolean isRedirect(Reply reply) {
        return reply.status() >= 300 && reply.status() < 400;
    }

    private static List<Destination> destinations(Explanation sent) {
        return sent.destinations().stream()
                .filter(share -> share.weight() > 0)
                .map(Expectation::destination)
                .toList();
    }

    private static Destination destination(Share share) {
        return new Destination(
                share.host(),
                Optional.of(share.subset()),
                OptionalInt.of(share.port()),
                OptionalInt.of(share.weight()),
                OptionalInt.empty());
    }

    private static Mirror mirror(Mirrored mirror) {
        int perMillion = mirror.of().perMillion();
        return new Mirror(
                mirror.to().host(),
                Optional.of(mirror.to().subset()),
                perMillion % PER_PERCENT == 0
                        ? OptionalInt.of(perMillion / PER_PERCENT)
                        : OptionalInt.empty());
    }

    private static Map<String, String> written(HeaderEdit.Edits edits) {
        var headers = new LinkedHashMap<String, String>();
        edits.writes().stream()
                .filter(HeaderEdit.Write::replace)
                .forEach(it -> headers.put(it.name().toLowerCase(Locale.ROOT), it.value()));
        edits.writes().stream()
                .filter(it -> !it.replace())
                .forEach(it -> headers.remove(it.name().toLowerCase(Locale.ROOT)));
        return headers;
    }

    private static List<String> removed(HeaderEdit.Edits edits) {
        var written =
                edits.writes().stream()
                        .map(it -> it.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet());
        return edits.removals().stream()
                .map(it -> it.toLowerCase(Locale.ROOT))
                .filter(it -> !written.contains(it))
                .toList();
    }

    private static Fault fault(HttpFeature.Fault fault) {
        return new Fault(
                fault.delay().map(it -> new Delay(it.time(), percentage(it.of()))),
                fault.abort()
                        .map(it ->
                                switch (it.answer()) {
                                    case AbortAnswer.Http(int status) ->
                                            new Abort(
                                                    OptionalInt.of(status),
                                                    Optional.empty(),
                                                    percentage(it.of()));
                                    case AbortAnswer.Grpc(_, String name) ->
                                            new Abort(
                                                    OptionalInt.empty(),
                                                    Optional.of(name),
                                                    percentage(it.of()));
                                }));
    }

    private static OptionalDouble percentage(Portion of) {
        return OptionalDouble.of(of.perMillion() / (double) PER_PERCENT);
    }

    private static Retries retries(Retry retry) {
        return new Retries(
                OptionalInt.of(retry.retries()),
                Optional.of(retry.perTryTimeout()).filter(it -> it.compareTo(Duration.ZERO) > 0),
                retry.on());
    }

    /// The first of the limits that it counts against.
    private static Optional<MeshTest.RateLimit> limit(Explanation answer) {
        return RateText.limits(answer.features())
                .map(limits ->
                        new MeshTest.RateLimit(
                                Optional.of(limits.policy()),
                                Optional.of(limits.rules().getFirst().name()),
                                OptionalLong.of(limits.rules().getFirst().limit().requests()),
                                Optional.of(RateText.unit(limits.rules().getFirst().limit().per())),
                                OptionalLong.of(limits.rules().getFirst().limit().burst())));
    }

    private static Optional<Authorization> authorization(Access access) {
        return access.equals(Access.FREE)
                ? Optional.empty()
                : Optional.of(
                        new Authorization(
                                Optional.of(
                                        switch (access.decision()) {
                                            case ALLOWED -> Decision.allow;
                                            case REFUSED -> Decision.deny;
                                            case UNSURE -> Decision.unsure;
                                        }),
                                Optional.of(access.rule()).filter(it -> !it.isEmpty())));
    }

    /// What all receivers make of it alike.
    private static Optional<Received> received(List<Reception> received) {
        var answers =
                received.stream()
                        .map(it -> it.answer().reply().map(Reply::status))
                        .distinct()
                        .toList();
        var accesses =
                received.stream()
                        .map(it -> authorization(it.answer().access()))
                        .distinct()
                        .toList();
        var limits = received.stream().map(it -> limit(it.answer())).distinct().toList();
        Optional<Integer> status = answers.size() == 1 ? answers.getFirst() : Optional.empty();
        Optional<Authorization> access =
                accesses.size() == 1 ? accesses.getFirst() : Optional.empty();
        Optional<MeshTest.RateLimit> limit =
                limits.size() == 1 ? limits.getFirst() : Optional.empty();
        return status.isEmpty() && access.isEmpty() && limit.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Received(
                                Optional.empty(),
                                status.map(OptionalInt::of).orElse(OptionalInt.empty()),
                                limit,
                                access));
    }
}
