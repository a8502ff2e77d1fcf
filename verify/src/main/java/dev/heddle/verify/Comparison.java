package dev.heddle.verify;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Access;
import dev.heddle.compiler.explain.Explanation.Mirrored;
import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.RateText;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RateLimits;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.model.Origin;
import dev.heddle.model.policy.RouteExtension.Fault;
import dev.heddle.model.verify.MeshTest.Authorization;
import dev.heddle.model.verify.MeshTest.Decision;
import dev.heddle.model.verify.MeshTest.Destination;
import dev.heddle.model.verify.MeshTest.Expect;
import dev.heddle.model.verify.MeshTest.Mirror;
import dev.heddle.model.verify.MeshTest.RateLimit;
import dev.heddle.model.verify.MeshTest.Received;
import dev.heddle.model.verify.MeshTest.Retries;
import dev.heddle.model.verify.MeshTest.Without;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Compares what became of a request with what was expected. Each method looks at one expectation,
/// and what is not so is added to the mismatches.
///
/// This file is long because everything that can be expected is compared here.
public final class Comparison {
    private static final Set<String> NOWHERE = Set.of("NR", "UH");

    private final Journey journey;
    private final Surroundings surroundings;
    private final List<Mismatch> mismatches = new ArrayList<>();

    /// @param surroundings of who sent the request
    public Comparison(Journey journey, Surroundings surroundings) {
        this.journey = journey;
        this.surroundings = surroundings;
    }

    /// What is not as it was expected so far.
    public List<Mismatch> mismatches() {
        return List.copyOf(mismatches);
    }

    /// Looks at everything that is expected.
    public Comparison all(Expect expect) {
        expect.route().ifPresent(this::route);
        expect.rule().ifPresent(this::rule);
        if (!expect.destinations().isEmpty()) {
            destinations(expect.destinations());
        }
        if (!expect.mirrors().isEmpty()) {
            mirrors(expect.mirrors());
        }
        expect.path().ifPresent(this::path);
        expect.authority().ifPresent(this::authority);
        expect.requestHeaders().forEach(this::requestHeader);
        expect.removedRequestHeaders().forEach(this::removedRequestHeader);
        expect.responseHeaders().forEach(this::responseHeader);
        expect.removedResponseHeaders().forEach(this::removedResponseHeader);
        expect.status().ifPresent(this::status);
        expect.flag().ifPresent(this::flag);
        expect.location().ifPresent(this::location);
        expect.unreachable().ifPresent(this::unreachable);
        expect.fault().ifPresent(this::fault);
        expect.timeout().ifPresent(this::timeout);
        expect.retries().ifPresent(this::retries);
        expect.without().forEach(this::without);
        expect.rateLimit().ifPresent(it -> rateLimit(it, "rateLimit", sent(), ""));
        expect.authorization().ifPresent(it -> authorization(it, "authorization", access()));
        expect.received().ifPresent(this::received);
        return this;
    }

    private Explanation sent() {
        return journey.sent();
    }

    private Access access() {
        return sent().access();
    }

    private void compare(String field, boolean isSo, Object expected, String actual) {
        if (!isSo) {
            mismatches.add(new Mismatch(field, String.valueOf(expected), actual));
        }
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "none" : text;
    }

    /// The route has that name.
    public void route(String name) {
        compare("route", sent().route().equals(name), name, orNone(sent().route()));
    }

    /// The route was made by that resource, or that field of it or one in it.
    public void rule(String name) {
        Origin origin = sent().routeOrigin();
        String field = origin.resource() + " " + origin.path();
        compare(
                "rule",
                name.equals(origin.resource())
                        || field.equals(name)
                        || field.startsWith(name + "."),
                name,
                origin.resource().isEmpty() ? origin.toString() : field);
    }

    /// It goes there, and nowhere else.
    public void destinations(List<Destination> expected) {
        List<Share> shares = taken();
        boolean isSo =
                expected.size() == shares.size()
                        && expected.stream()
                                .allMatch(e -> shares.stream().anyMatch(share -> is(e, share)))
                        && shares.stream()
                                .allMatch(share -> expected.stream().anyMatch(e -> is(e, share)));
        compare(
                "destinations",
                isSo,
                expected.stream().map(Comparison::text).collect(Collectors.joining(", ")),
                goes());
    }

    /// Those that get any requests.
    private List<Share> taken() {
        return sent().destinations().stream().filter(share -> share.weight() > 0).toList();
    }

    private boolean is(Destination expected, Share share) {
        return surroundings.isNameOf(expected.host(), share.host())
                && expected.subset().orElse(share.subset()).equals(share.subset())
                && expected.port().orElse(share.port()) == share.port()
                && expected.weight().orElse(share.weight()) == share.weight()
                && expected.minWeight().orElse(0) <= share.weight();
    }

    private static String text(Destination destination) {
        var text = new StringBuilder();
        destination.weight().ifPresent(it -> text.append(it).append(" % to "));
        destination
                .minWeight()
                .ifPresent(it -> text.append("at least ").append(it).append(" % to "));
        text.append(destination.host());
        destination
                .subset()
                .ifPresent(it -> text.append(it.isEmpty() ? " without subset" : " subset " + it));
        destination.port().ifPresent(it -> text.append(" port ").append(it));
        return text.toString();
    }

    private static String text(Share share) {
        return "%d %% to %s%s port %d"
                .formatted(
                        share.weight(),
                        share.host(),
                        share.subset().isEmpty() ? "" : " subset " + share.subset(),
                        share.port());
    }

    /// Where it goes, in words.
    private String goes() {
        return taken().isEmpty()
                ? sent().reply().map(Comparison::text).orElse("nowhere")
                : taken().stream().map(Comparison::text).collect(Collectors.joining(", "));
    }

    private static String text(Reply reply) {
        return "the proxy answers %s"
                .formatted(
                        (reply.status() + " " + reply.flag() + " " + reply.detail())
                                .strip()
                                .replaceAll(" +", " "));
    }

    /// Those get copies, and nobody else.
    public void mirrors(List<Mirror> expected) {
        List<Mirrored> mirrors = sent().mirrors();
        boolean isSo =
                expected.size() == mirrors.size()
                        && expected.stream()
                                .allMatch(e -> mirrors.stream().anyMatch(it -> is(e, it)));
        compare(
                "mirrors",
                isSo,
                expected.stream()
                        .map(it ->
                                (it.percent().isPresent() ? it.percent().getAsInt() + " % to " : "")
                                        + it.host()
                                        + it.subset().map(s -> " subset " + s).orElse(""))
                        .collect(Collectors.joining(", ")),
                orNone(
                        mirrors.stream()
                                .map(it ->
                                        it.of()
                                                + " to "
                                                + it.to().host()
                                                + (it.to().subset().isEmpty()
                                                        ? ""
                                                        : " subset " + it.to().subset()))
                                .collect(Collectors.joining(", "))));
    }

    private boolean is(Mirror expected, Mirrored mirror) {
        return surroundings.isNameOf(expected.host(), mirror.to().host())
                && expected.subset().orElse(mirror.to().subset()).equals(mirror.to().subset())
                && (expected.percent().isEmpty()
                        || expected.percent().getAsInt() * 10_000 == mirror.of().perMillion());
    }

    /// The destination gets that path.
    public void path(String path) {
        onward("path", path, it -> it.path());
    }

    /// The destination gets that host.
    public void authority(String authority) {
        onward("authority", authority, it -> it.authority());
    }

    private void onward(
            String field,
            String expected,
            Function<dev.heddle.compiler.explain.Request, String> part) {
        String actual = taken().isEmpty() ? goes() : part.apply(sent().sent());
        compare(field, !taken().isEmpty() && actual.equals(expected), expected, actual);
    }

    /// Every destination gets that header so.
    public void requestHeader(String name, String value) {
        String key = name.toLowerCase(Locale.ROOT);
        header(
                "requestHeaders." + name,
                value,
                share -> headers(sent().sent().headers(), requestEdits(share)).get(key));
    }

    /// A rule takes that header away before any destination gets it.
    public void removedRequestHeader(String name) {
        removed("removedRequestHeaders", name, Comparison::request);
    }

    /// Rules write that header into answers of every destination.
    public void responseHeader(String name, String value) {
        String key = name.toLowerCase(Locale.ROOT);
        header(
                "responseHeaders." + name,
                value,
                share -> headers(Map.of(), edits(share, Comparison::response)).get(key));
    }

    /// Rules take that header out of answers of every destination.
    public void removedResponseHeader(String name) {
        removed("removedResponseHeaders", name, Comparison::response);
    }

    private static HeaderEdit.Edits request(HeaderEdit edit) {
        return edit.request();
    }

    private static HeaderEdit.Edits response(HeaderEdit edit) {
        return edit.response();
    }

    private List<HeaderEdit.Edits> requestEdits(Share share) {
        return edits(share, Comparison::request);
    }

    /// The destination's own go first, so that the route has the last word, as in proxies.
    private List<HeaderEdit.Edits> edits(
            Share share, Function<HeaderEdit, HeaderEdit.Edits> direction) {
        return List.of(direction.apply(share.headers()), direction.apply(sent().headers()));
    }

    private static Map<String, String> headers(
            Map<String, String> before, List<HeaderEdit.Edits> edits) {
        var headers = new HashMap<>(before);
        for (HeaderEdit.Edits edit : edits) {
            edit.removals().forEach(it -> headers.remove(it.toLowerCase(Locale.ROOT)));
            for (HeaderEdit.Write write : edit.writes()) {
                headers.merge(
                        write.name().toLowerCase(Locale.ROOT),
                        write.value(),
                        (was, is) -> write.replace() ? is : was + "," + is);
            }
        }
        return headers;
    }

    private interface Value {
        @org.jspecify.annotations.Nullable
        String of(Share share);
    }

    private void header(String field, String expected, Value value) {
        if (taken().isEmpty()) {
            compare(field, false, expected, goes());
        }
        for (Share share : taken()) {
            String actual = value.of(share);
            compare(
                    field,
                    expected.equals(actual),
                    expected,
                    (actual == null ? "none" : actual) + ofShare(share));
        }
    }

    private String ofShare(Share share) {
        return taken().size() == 1 ? "" : " for " + share.host() + " subset " + share.subset();
    }

    private void removed(
            String field, String name, Function<HeaderEdit, HeaderEdit.Edits> direction) {
        if (taken().isEmpty()) {
            compare(field, false, name, goes());
        }
        for (Share share : taken()) {
            List<HeaderEdit.Edits> edits = edits(share, direction);
            boolean isRemoved =
                    edits.stream()
                            .flatMap(it -> it.removals().stream())
                            .anyMatch(name::equalsIgnoreCase);
            boolean isWritten = headers(Map.of(), edits).containsKey(name.toLowerCase(Locale.ROOT));
            compare(
                    field,
                    isRemoved && !isWritten,
                    name,
                    (isWritten ? "a rule writes it" : "no rule removes it") + ofShare(share));
        }
    }

    /// A proxy answers so by itself: the sender's, or else that of every receiver.
    public void status(int status) {
        compare("status", isAnswered(it -> it.status() == status), status, answers());
    }

    /// The flag of that answer.
    public void flag(String flag) {
        compare("flag", isAnswered(it -> it.flag().equals(flag)), flag, answers());
    }

    private boolean isAnswered(Function<Reply, Boolean> isSo) {
        if (sent().reply().isPresent()) {
            return isSo.apply(sent().reply().get());
        }
        return !journey.received().isEmpty()
                && journey.received().stream()
                        .allMatch(it -> it.answer().reply().map(isSo).orElse(false));
    }

    private String answers() {
        if (sent().reply().isPresent()) {
            return text(sent().reply().get());
        }
        String received =
                journey.received().stream()
                        .flatMap(it -> it.answer().reply().stream().map(r -> text(it, r)))
                        .collect(Collectors.joining(", "));
        return received.isEmpty() ? "no proxy answers it, it goes on: " + goes() : received;
    }

    private static String text(Reception reception, Reply reply) {
        return text(reply) + " at " + reception.workload();
    }

    /// The sender's proxy sends whoever asks there.
    public void location(String location) {
        boolean isRedirect =
                sent().reply().filter(it -> it.status() >= 300 && it.status() < 400).isPresent();
        String actual = isRedirect ? sent().reply().get().detail() : answers();
        compare("location", isRedirect && actual.equals(location), location, actual);
    }

    /// Whether the sender's proxy has nowhere to send it.
    public void unreachable(boolean expected) {
        boolean isNowhere = sent().reply().filter(it -> NOWHERE.contains(it.flag())).isPresent();
        compare(
                "unreachable",
                isNowhere == expected,
                expected,
                isNowhere ? answers() : "false: " + goes());
    }

    private Optional<HttpFeature.Fault> fault() {
        return sent().features().stream()
                .filter(HttpFeature.Fault.class::isInstance)
                .map(HttpFeature.Fault.class::cast)
                .findFirst();
    }

    private String faultText() {
        return fault().map(Comparison::text).orElse("none");
    }

    private static String text(HttpFeature.Fault fault) {
        return Stream.concat(
                        fault.delay().stream()
                                .map(it ->
                                        "delay %s for %s"
                                                .formatted(FeatureText.of(it.time()), it.of())),
                        fault.abort().stream()
                                .map(it ->
                                        "abort %s for %s"
                                                .formatted(
                                                        switch (it.answer()) {
                                                            case AbortAnswer.Http(int status) ->
                                                                    status;
                                                            case AbortAnswer.Grpc(_, String name) ->
                                                                    name;
                                                        },
                                                        it.of())))
                .collect(Collectors.joining(", "));
    }

    /// Requests fail on purpose, in that way only.
    public void fault(Fault expected) {
        Optional<HttpFeature.Delay> delay = fault().flatMap(HttpFeature.Fault::delay);
        Optional<HttpFeature.Abort> abort = fault().flatMap(HttpFeature.Fault::abort);
        boolean isSo =
                expected.delay().isPresent() == delay.isPresent()
                        && expected.abort().isPresent() == abort.isPresent()
                        && expected.delay()
                                .map(it ->
                                        it.fixedDelay().equals(delay.orElseThrow().time())
                                                && is(it.percentage(), delay.orElseThrow().of()))
                                .orElse(true)
                        && expected.abort()
                                .map(it ->
                                        is(it.httpStatus().orElse(0), it.grpcStatus(), abort)
                                                && is(it.percentage(), abort.orElseThrow().of()))
                                .orElse(true);
        compare("fault", isSo, text(expected), faultText());
    }

    private static boolean is(int http, Optional<String> grpc, Optional<HttpFeature.Abort> abort) {
        return switch (abort.orElseThrow().answer()) {
            case AbortAnswer.Http(int status) -> status == http;
            case AbortAnswer.Grpc(_, String name) -> name.equals(grpc.orElse(""));
        };
    }

    private static boolean is(OptionalDouble percentage, Portion of) {
        return Math.round(percentage.orElse(100) * 10_000) == of.perMillion();
    }

    private static String text(Fault fault) {
        var words = new ArrayList<String>();
        fault.delay()
                .ifPresent(it ->
                        words.add(
                                "delay %s for %s %%"
                                        .formatted(
                                                FeatureText.of(it.fixedDelay()),
                                                plain(it.percentage()))));
        fault.abort()
                .ifPresent(it ->
                        words.add(
                                "abort %s for %s %%"
                                        .formatted(
                                                it.grpcStatus()
                                                        .orElse(
                                                                String.valueOf(
                                                                        it.httpStatus().orElse(0))),
                                                plain(it.percentage()))));
        return String.join(", ", words);
    }

    private static String plain(OptionalDouble percentage) {
        double value = percentage.orElse(100);
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    /// The whole answer may take that long.
    public void timeout(Duration timeout) {
        Duration actual = sent().resilience().timeout();
        compare("timeout", actual.equals(timeout), text(timeout), text(actual));
    }

    private static String text(Duration timeout) {
        return timeout.isZero() ? "none" : FeatureText.of(timeout);
    }

    private String retriesText() {
        return sent().resilience().retry().map(FeatureText::of).orElse("none");
    }

    /// The sender's proxy tries again so often.
    public void retries(Retries expected) {
        Optional<Retry> retry = sent().resilience().retry();
        boolean isSo =
                retry.map(Retry::retries).orElse(0) == expected.attempts().orElse(0)
                        && expected.perTryTimeout()
                                .map(it ->
                                        it.equals(
                                                retry.map(Retry::perTryTimeout)
                                                        .orElse(Duration.ZERO)))
                                .orElse(true)
                        && (expected.on().isEmpty()
                                || Set.copyOf(expected.on())
                                        .equals(
                                                Set.copyOf(
                                                        retry.map(Retry::on).orElse(List.of()))));
        var words = new StringBuilder().append(expected.attempts().orElse(0));
        expected.perTryTimeout().ifPresent(it -> words.append(", each up to ").append(text(it)));
        if (!expected.on().isEmpty()) {
            words.append(", on ").append(String.join(",", expected.on()));
        }
        compare("retries", isSo, words, retriesText());
    }

    /// There is no such thing.
    public void without(Without what) {
        String actual =
                switch (what) {
                    case fault -> faultText();
                    case mirrors ->
                            orNone(
                                    sent().mirrors().stream()
                                            .map(it -> it.to().host())
                                            .collect(Collectors.joining(", ")));
                    case rateLimit -> limitsText();
                    case retries -> retriesText();
                    case timeout -> text(sent().resilience().timeout());
                };
        compare("without", actual.equals("none"), "no " + what, what + " " + actual);
    }

    /// It counts against such a limit at the sender's proxy, as a gateway's.
    public void rateLimit(RateLimit expected) {
        rateLimit(expected, "rateLimit", sent(), "");
    }

    private void rateLimit(RateLimit expected, String field, Explanation answer, String at) {
        boolean isSo =
                RateText.limits(answer.features()).stream()
                        .filter(limits -> isNameOf(expected.policy(), limits))
                        .flatMap(limits -> limits.rules().stream())
                        .anyMatch(rule -> is(expected, rule));
        compare(field, isSo, text(expected), text(answer) + at);
    }

    private static boolean isNameOf(Optional<String> said, RateLimits limits) {
        return said.isEmpty()
                || said.get().equals(limits.policy())
                || said.get().equals(limits.origin().resource());
    }

    private static boolean is(RateLimit expected, RateLimits.Rule rule) {
        return expected.rule().orElse(rule.name()).equals(rule.name())
                && expected.requests().orElse(rule.limit().requests()) == rule.limit().requests()
                && expected.unit().map(it -> it == RateText.unit(rule.limit().per())).orElse(true)
                && expected.burst().orElse(rule.limit().burst()) == rule.limit().burst();
    }

    private static String text(RateLimit expected) {
        var words = new ArrayList<String>();
        expected.policy().ifPresent(it -> words.add("policy " + it));
        expected.rule().ifPresent(it -> words.add("rule " + it));
        expected.requests().ifPresent(it -> words.add("requests " + it));
        expected.unit().ifPresent(it -> words.add("unit " + it));
        expected.burst().ifPresent(it -> words.add("burst " + it));
        return words.isEmpty() ? "any" : String.join(", ", words);
    }

    private static String text(Explanation answer) {
        return orNone(
                RateText.limits(answer.features())
                        .map(limits -> RateText.placed(limits).collect(Collectors.joining(", ")))
                        .orElse(""));
    }

    /// Wherever it counts.
    private String limitsText() {
        return orNone(
                Stream.concat(Stream.of(sent()), journey.received().stream().map(Reception::answer))
                        .map(Comparison::text)
                        .filter(it -> !it.equals("none"))
                        .distinct()
                        .collect(Collectors.joining(", ")));
    }

    /// The sender's proxy, as a gateway's, decides so.
    public void authorization(Authorization expected) {
        authorization(expected, "authorization", access());
    }

    private void authorization(Authorization expected, String field, Access access) {
        expected.decision()
                .ifPresent(it ->
                        compare(field + ".decision", it == decision(access), it, text(access)));
        expected.policy()
                .ifPresent(
                        it -> compare(field + ".policy", isNameOf(it, access), it, text(access)));
    }

    private static Decision decision(Access access) {
        return switch (access.decision()) {
            case ALLOWED -> Decision.allow;
            case REFUSED -> Decision.deny;
            case UNSURE -> Decision.unsure;
        };
    }

    private static boolean isNameOf(String said, Access access) {
        String resource = access.origin().resource();
        return said.equals(access.rule())
                || said.equals(resource)
                || said.equals(resource.substring(resource.indexOf(' ') + 1));
    }

    private static String text(Access access) {
        return decision(access)
                + (access.rule().isEmpty() ? ", no policy decides" : " by " + access.rule())
                + (access.origin().equals(Origin.BUILT_IN) ? "" : ", " + access.origin());
    }

    /// The proxy of each destination does so.
    public void received(Received expected) {
        List<Reception> received = journey.received();
        if (received.isEmpty()) {
            compare(
                    "received",
                    false,
                    "a workload that receives it",
                    sent().reply().isPresent()
                            ? answers()
                            : "no workload here is behind "
                                    + taken().stream()
                                            .map(Share::host)
                                            .collect(Collectors.joining(", "))
                                    + " (workloads are WorkloadEntry resources)");
        }
        for (Reception reception : received) {
            String at = " at " + reception.workload();
            String caller = orNone(reception.caller().name());
            expected.caller()
                    .ifPresent(it ->
                            compare(
                                    "received.caller",
                                    Verifier.name(it).equals(reception.caller().name()),
                                    it,
                                    caller + at));
            expected.status()
                    .ifPresent(it ->
                            compare(
                                    "received.status",
                                    reception
                                            .answer()
                                            .reply()
                                            .filter(r -> r.status() == it)
                                            .isPresent(),
                                    it,
                                    reception
                                                    .answer()
                                                    .reply()
                                                    .map(Comparison::text)
                                                    .orElse("it passes")
                                            + at));
            expected.rateLimit()
                    .ifPresent(it -> rateLimit(it, "received.rateLimit", reception.answer(), at));
            expected.authorization()
                    .ifPresent(it ->
                            authorization(
                                    it, "received.authorization", reception.answer().access()));
        }
    }
}
