package dev.heddle.compiler.change;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Access;
import dev.heddle.compiler.explain.Explanation.Decision;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.RateText;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Route;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What one configuration makes of a request, aspect by aspect.
///
/// @param route that takes it, and those that it is one of; empty for none
/// @param facets what is said of each aspect but the rule and who is refused; absent for nothing
/// @param refused percent of such requests that some policy refuses
/// @param shares percent of such requests that go to each destination, by its name
public record Outcome(
        Optional<Route> route,
        List<Route> among,
        Map<Aspect, Facet> facets,
        int refused,
        Map<String, Integer> shares) {

    public Outcome {
        among = List.copyOf(among);
        facets = Map.copyOf(facets);
        shares = Map.copyOf(shares);
    }

    /// What the journey comes to.
    public static Outcome of(Journey journey, Plans plans) {
        Explanation sent = journey.sent();
        List<Route> among = plans.routes(journey.from(), sent.virtualHost());
        Optional<Route> route =
                among.stream()
                        .filter(it -> it.origin().equals(sent.routeOrigin()))
                        .filter(it -> it.name().equals(sent.route()))
                        .findFirst();
        var facets = new EnumMap<Aspect, Facet>(Aspect.class);
        answer(journey).ifPresent(it -> facets.put(Aspect.ANSWER, it));
        policy(journey).ifPresent(it -> facets.put(Aspect.POLICY, it));
        if (!sent.destinations().isEmpty()) {
            going(journey, plans, facets);
        }
        return new Outcome(route, among, facets, refused(journey), shares(sent));
    }

    /// What is said of an aspect.
    Facet facet(Aspect aspect) {
        return facets.getOrDefault(aspect, Facet.NONE);
    }

    /// Whether a proxy sends it on.
    boolean isSent() {
        return !shares.isEmpty();
    }

    /// Whether it is refused where it is sent, so that no rule is asked.
    boolean isStopped() {
        return refused == 100 && !isSent();
    }

    private static void going(Journey journey, Plans plans, Map<Aspect, Facet> facets) {
        Explanation sent = journey.sent();
        Origin rule = sent.routeOrigin();
        Share most = most(sent);
        facets.put(Aspect.DESTINATION, new Facet(destinations(sent), most.origin()));
        facets.put(
                Aspect.HOSTS,
                new Facet(
                        sent.destinations().stream().map(Outcome::hosts).toList(), most.origin()));
        if (!sent.resilience().timeout().isZero()) {
            facets.put(Aspect.TIMEOUT, Facet.of(FeatureText.of(sent.resilience().timeout()), rule));
        }
        sent.resilience()
                .retry()
                .ifPresent(it -> facets.put(Aspect.RETRIES, Facet.of(FeatureText.of(it), rule)));
        facets.put(
                Aspect.FAULT, new Facet(features(sent, HttpFeature.Fault.class::isInstance), rule));
        facets.put(Aspect.FILTERS, new Facet(features(sent, Outcome::isPlainFilter), rule));
        facets.put(Aspect.LIMITS, limits(journey));
        facets.put(Aspect.HEADERS, new Facet(headers(sent), rule));
        facets.put(
                Aspect.MIRRORS,
                new Facet(
                        sent.mirrors().stream()
                                .map(it -> it.of() + " to " + name(it.to()))
                                .toList(),
                        rule));
        facets.put(Aspect.REWRITE, Facet.of(sent.sent().authority() + sent.sent().path(), rule));
        facets.put(
                Aspect.CONNECTION,
                new Facet(
                        sent.destinations().stream()
                                .map(it -> plans.cluster(journey.from(), it.cluster()))
                                .flatMap(it -> it.lines().stream())
                                .distinct()
                                .toList(),
                        plans.cluster(journey.from(), most.cluster()).origin()));
        facets.put(
                Aspect.IDENTITY,
                new Facet(
                        journey.received().stream()
                                .map(it -> it.host() + " sees " + who(it))
                                .distinct()
                                .toList(),
                        Origin.BUILT_IN));
    }

    private static Share most(Explanation sent) {
        return sent.destinations().stream()
                .reduce((a, b) -> b.weight() > a.weight() ? b : a)
                .orElseThrow(() -> new AssertionError("nobody goes nowhere"));
    }

    private static String who(Reception reception) {
        return reception.caller().name().isEmpty()
                ? "nobody, in plain text"
                : reception.caller().name();
    }

    /// As in `reviews.default.svc.cluster.local v1:9080`.
    private static String name(Share share) {
        return share.host()
                + (share.subset().isEmpty() ? "" : " " + share.subset())
                + ":"
                + share.port();
    }

    private static Map<String, Integer> shares(Explanation sent) {
        var shares = new TreeMap<String, Integer>();
        sent.destinations().forEach(it -> shares.merge(name(it), it.weight(), Integer::sum));
        return shares;
    }

    private static List<String> destinations(Explanation sent) {
        return shares(sent).entrySet().stream()
                .map(it -> it.getValue() + " % to " + it.getKey())
                .toList();
    }

    private static String hosts(Share share) {
        var text = new StringBuilder(name(share)).append(": ");
        for (int i = 0; i < share.endpoints().size(); i++) {
            text.append(i == 0 ? "" : ", ").append(share.endpoints().get(i));
            if (i < share.percents().size()) {
                text.append(" (").append(share.percents().get(i)).append(" %)");
            }
        }
        if (!share.standby().isEmpty()) {
            text.append(", then ").append(String.join(", ", share.standby()));
        }
        return text + (share.fallback().isEmpty() ? "" : ", else " + share.fallback());
    }

    private static List<String> features(Explanation answer, Predicate<HttpFeature> which) {
        return FeatureText.lines(answer.features().stream().filter(which).toList());
    }

    /// One that has no aspect of its own.
    private static boolean isPlainFilter(HttpFeature feature) {
        return !(feature instanceof HttpFeature.Fault)
                && !(feature instanceof HttpFeature.RateLimit);
    }

    private static Facet limits(Journey journey) {
        var lines = new ArrayList<>(limits(journey.sent()));
        journey.received()
                .forEach(it ->
                        limits(it.answer()).stream()
                                .map(line -> "at " + it.host() + ": " + line)
                                .forEach(lines::add));
        return new Facet(lines.stream().distinct().toList(), limitOrigin(journey));
    }

    private static List<String> limits(Explanation answer) {
        return RateText.limits(answer.features()).stream().flatMap(RateText::lines).toList();
    }

    private static Origin limitOrigin(Journey journey) {
        return Stream.concat(
                        Stream.of(journey.sent()),
                        journey.received().stream().map(Reception::answer))
                .flatMap(it -> RateText.limits(it.features()).stream())
                .map(limits -> limits.rules().getFirst().origin())
                .findFirst()
                .orElse(Origin.BUILT_IN);
    }

    private static List<String> headers(Explanation sent) {
        var lines = new ArrayList<String>();
        headers(lines, "", sent.headers());
        sent.destinations().forEach(it -> headers(lines, " to " + name(it), it.headers()));
        return lines;
    }

    private static void headers(List<String> lines, String where, HeaderEdit edit) {
        edits(lines, "request" + where, edit.request());
        edits(lines, "response" + where, edit.response());
    }

    private static void edits(List<String> lines, String what, HeaderEdit.Edits edits) {
        edits.writes()
                .forEach(it ->
                        lines.add(
                                what
                                        + (it.replace() ? ": set " : ": add ")
                                        + it.name()
                                        + ": "
                                        + it.value()));
        edits.removals().forEach(it -> lines.add(what + ": drop " + it));
    }

    /// What proxies answer by themselves, but for refusals.
    private static Optional<Facet> answer(Journey journey) {
        Explanation sent = journey.sent();
        if (isRefused(sent)) {
            return Optional.empty();
        }
        if (sent.reply().isPresent()) {
            return Optional.of(Facet.of(text(sent.reply().get()), sent.routeOrigin()));
        }
        List<String> lines =
                journey.received().stream()
                        .filter(it -> !isRefused(it.answer()))
                        .flatMap(it ->
                                it.answer().reply().stream()
                                        .map(reply -> "at " + it.host() + ": " + text(reply)))
                        .toList();
        return lines.isEmpty() ? Optional.empty() : Optional.of(new Facet(lines, Origin.BUILT_IN));
    }

    private static String text(Explanation.Reply reply) {
        // There is no status where a connection is closed.
        String status = reply.status() == 0 ? "" : Integer.toString(reply.status());
        return String.join(" ", status, reply.flag(), reply.detail()).strip();
    }

    private static boolean isRefused(Explanation answer) {
        return answer.access().decision() == Decision.REFUSED;
    }

    /// Who decides whether it may pass; empty where nobody does.
    private static Optional<Facet> policy(Journey journey) {
        var lines = new ArrayList<String>();
        var origins = new ArrayList<Origin>();
        policy(lines, origins, "", journey.sent().access());
        journey.received()
                .forEach(it ->
                        policy(lines, origins, "at " + it.host() + ": ", it.answer().access()));
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(new Facet(lines.stream().distinct().toList(), origins.getFirst()));
    }

    private static void policy(
            List<String> lines, List<Origin> origins, String where, Access access) {
        if (access.equals(Access.FREE)) {
            return;
        }
        lines.add(
                where
                        + switch (access.decision()) {
                            case ALLOWED -> "allowed by " + access.rule();
                            case REFUSED ->
                                    access.rule().equals("none")
                                            ? "refused, as no rule allows it"
                                            : "refused by " + access.rule();
                            case UNSURE -> "that depends on what is not known of the sender";
                        });
        // What is refused is what one wants to see the line of.
        origins.add(access.decision() == Decision.REFUSED ? 0 : origins.size(), access.origin());
    }

    /// Of a host with several subsets, those that refuse count by their number.
    private static int refused(Journey journey) {
        if (isRefused(journey.sent())) {
            return 100;
        }
        Map<String, Double> refusing =
                journey.received().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Reception::host,
                                        Collectors.averagingInt(
                                                it -> isRefused(it.answer()) ? 1 : 0)));
        return (int)
                Math.round(
                        journey.sent().destinations().stream()
                                .mapToDouble(
                                        it -> it.weight() * refusing.getOrDefault(it.host(), 0.0))
                                .sum());
    }
}
