package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.Backend;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.lower.alike.OnceOnly;
import dev.heddle.compiler.lower.alike.Persistence;
import dev.heddle.compiler.lower.gatewayapi.Matches.Matched;
import dev.heddle.compiler.lower.gatewayapi.Rule.Placed;
import dev.heddle.compiler.lower.gatewayapi.Rule.Taker;
import dev.heddle.compiler.select.ConfigPath;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.RouteDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Lowers rules into routes.
///
/// A rule has one route for each match, or several: where a share of the requests is answered
/// otherwise than by a service, or a backend changes paths, each backend has its own route, which
/// takes its share of the requests. Where nothing is left of a path whose prefix is taken away, the
/// path is `/`, which takes a route of its own, too.
final class RuleLowering {
    private static final int WHOLE = 1_000_000;

    /// Retries of a rule that says retries, but not how many.
    private static final int USUAL_RETRIES = 2;

    private final Services services;
    private final Paths paths;

    /// @param paths what is known of the place that requests come to
    RuleLowering(Services services, Paths paths) {
        this.services = services;
        this.paths = paths;
    }

    /// A route in its place.
    record Ranked(Rank rank, Route route) {}

    /// The routes of a rule, in no order beside that of equal ranks.
    List<Ranked> lower(Rule rule) {
        var all = new ArrayList<Ranked>();
        for (Placed match : rule.matches()) {
            for (Outcome outcome : outcomes(rule)) {
                for (Route route : routes(rule, match, outcome)) {
                    OnceOnly.routes(route)
                            .forEach(r -> all.add(new Ranked(match.matched().rank(), r)));
                }
            }
        }
        return all;
    }

    /// What becomes of a share of the requests.
    ///
    /// @param upTo where the share ends among all
    /// @param takers who answers; none for a failure
    /// @param filters of the rule and, where there is one taker, of that
    private record Outcome(Portion upTo, List<Taker> takers, Filters filters) {}

    private List<Outcome> outcomes(Rule rule) {
        Filters own = rule.filters();
        if (answers(own) || isBroken(own) || rule.takers().isEmpty()) {
            return List.of(new Outcome(Portion.ALL, List.of(), own));
        }
        boolean isOne = rule.takers().size() == 1;
        boolean apart =
                isOne
                        || rule.takers().stream()
                                .anyMatch(t -> t.filters().needRoute() || !answers(t));
        if (!apart) {
            return List.of(new Outcome(Portion.ALL, rule.takers(), own));
        }
        var outcomes = new ArrayList<Outcome>();
        long total = rule.takers().stream().mapToLong(Taker::weight).sum();
        long until = 0;
        for (Taker taker : rule.takers()) {
            until += taker.weight();
            int perMillion = (int) (until * WHOLE / total);
            if (perMillion > 0) {
                outcomes.add(
                        new Outcome(
                                new Portion(perMillion),
                                answers(taker) ? List.of(taker) : List.of(),
                                own.then(taker.filters())));
            }
        }
        return outcomes;
    }

    /// Whether the proxy answers by itself, whoever else could.
    private static boolean answers(Filters filters) {
        return filters.redirect().isPresent() || filters.own().directResponse().isPresent();
    }

    /// Whether requests that go there are answered by somebody.
    private boolean answers(Taker taker) {
        return !isBroken(taker.filters())
                && taker.backend() instanceof Backend.To to
                && services.isReachable(to);
    }

    /// Whether one of the filters cannot be done, or there is nobody to ask.
    private boolean isBroken(Filters filters) {
        return filters.isBroken()
                || filters.asked().stream().anyMatch(a -> !services.isReachable(a.whom()));
    }

    private List<Route> routes(Rule rule, Placed match, Outcome outcome) {
        Matched matched = match.matched();
        Filters filters = outcome.filters();
        List<HttpFeature> beside = isBroken(filters) ? List.of() : beside(filters);
        if (filters.redirect().isPresent() && !isBroken(filters)) {
            return paths.redirects(matched, filters.redirect().get()).stream()
                    .map(p -> route(rule, match, outcome, p.match(), p.action(), beside))
                    .toList();
        }
        if (filters.own().directResponse().isPresent() && !isBroken(filters)) {
            RouteAction reply = Extensions.reply(filters.own().directResponse().get());
            return List.of(route(rule, match, outcome, matched.match(), reply, beside));
        }
        if (outcome.takers().isEmpty()) {
            // For gRPC, 503 says UNAVAILABLE.
            var reply =
                    new RouteAction.DirectResponse(
                            rule.isGrpc() ? 503 : 500, new ReplyBody.Empty());
            return List.of(route(rule, match, outcome, matched.match(), reply, beside));
        }
        List<Destination> destinations = destinations(rule, outcome);
        List<HttpFeature> features = features(rule, filters, destinations);
        return Paths.rewrites(matched, filters.rewrite()).stream()
                .map(p ->
                        route(
                                rule,
                                match,
                                outcome,
                                p.match(),
                                forward(
                                        rule,
                                        filters,
                                        destinations,
                                        Extensions.rewrite(p.action(), filters.own())),
                                features))
                .toList();
    }

    private RouteAction forward(
            Rule rule,
            Filters filters,
            List<Destination> destinations,
            RouteAction.Rewrite rewrite) {
        List<HashKey> hash = services.hash(destinations);
        return new RouteAction.Forward(
                destinations,
                rewrite,
                resilience(rule, destinations.size() == 1 && !hash.isEmpty()),
                filters.copies().stream()
                        .map(c ->
                                new RouteAction.Mirror(
                                        destination(
                                                c.to(),
                                                0,
                                                Filters.NONE,
                                                rule.route().resource().origin(c.path())),
                                        c.of()))
                        .toList(),
                hash);
    }

    /// Edits of a single destination are the route's. Where there are several, each has the rule's
    /// before its own: a proxy would make them the other way around.
    private static List<Destination> destinations(Rule rule, Outcome outcome) {
        boolean isOne = outcome.takers().size() == 1;
        var all = new ArrayList<Destination>();
        for (Taker taker : outcome.takers()) {
            if (taker.backend() instanceof Backend.To to) {
                all.add(
                        destination(
                                to,
                                isOne ? 1 : taker.weight(),
                                isOne ? Filters.NONE : outcome.filters().then(taker.filters()),
                                rule.route().resource().origin(taker.path())));
            }
        }
        return all;
    }

    static Destination destination(Backend.To to, int weight, Filters filters, Origin origin) {
        return new Destination(
                ClusterName.outbound(to.port(), "", to.host().name()),
                to.host().name(),
                "",
                to.port(),
                weight,
                filters.headers(),
                filters.rewrite().flatMap(r -> r.hostname()),
                origin);
    }

    private Route route(
            Rule rule,
            Placed match,
            Outcome outcome,
            RouteMatch of,
            RouteAction action,
            List<HttpFeature> features) {
        var resource = rule.route().resource();
        Origin origin = resource.origin(match.path());
        boolean isShared = outcome.takers().size() > 1;
        return new Route(
                name(rule),
                of.upTo(outcome.upTo()),
                action,
                isShared ? HeaderEdit.NONE : outcome.filters().headers(),
                "",
                features,
                ConfigPath.of(resource, resource.kind().name().toLowerCase(Locale.ROOT)),
                services.rule(origin),
                origin);
    }

    /// As in `shop/cart/checkout`: namespace, route, and the rule by its name or number.
    private static String name(Rule rule) {
        var metadata = rule.route().resource().metadata();
        return metadata.namespace()
                + "/"
                + metadata.name()
                + "/"
                + rule.name().orElseGet(() -> number(rule.path()));
    }

    private static String number(FieldPath path) {
        String text = path.toString();
        return text.substring(text.lastIndexOf('[') + 1, text.length() - 1);
    }

    private List<HttpFeature> features(Rule rule, Filters filters, List<Destination> destinations) {
        var all = new ArrayList<HttpFeature>();
        filters.cors().ifPresent(all::add);
        all.addAll(beside(filters));
        rule.session()
                .map(Persistence::lower)
                .or(() -> services.session(destinations))
                .ifPresent(all::add);
        return all;
    }

    /// What is done with a request even if the proxy answers it.
    private static List<HttpFeature> beside(Filters filters) {
        return Stream.<HttpFeature>concat(
                        filters.own().fault().map(Extensions::fault).stream(),
                        filters.asked().stream()
                                .map(Filters.Asked::authorizer)
                                .distinct()
                                .map(HttpFeature.ExtAuthz::new))
                .toList();
    }

    private Resilience resilience(Rule rule, boolean isHashed) {
        Duration whole = time(rule.timeouts().flatMap(HttpRoute.Timeouts::request));
        Duration each = time(rule.timeouts().flatMap(HttpRoute.Timeouts::backendRequest));
        Optional<Retry> retry = retry(rule, each);
        Duration timeout = retry.isEmpty() && whole.isZero() ? each : whole;
        return new Resilience(timeout, isHashed ? retry.map(Retry::onAnyHost) : retry);
    }

    private static Duration time(Optional<RouteDuration> said) {
        return said.map(RouteDuration::length).orElse(Duration.ZERO);
    }

    private Optional<Retry> retry(Rule rule, Duration each) {
        if (rule.retry().isEmpty()) {
            return services.retry().map(r -> trying(r, each));
        }
        HttpRoute.Retry said = rule.retry().get();
        int attempts = said.attempts().orElse(USUAL_RETRIES);
        if (attempts < 1) {
            return Optional.empty();
        }
        var on = new ArrayList<>(List.of("connect-failure", "refused-stream", "reset"));
        if (!said.codes().isEmpty()) {
            on.add("retriable-status-codes");
        }
        return Optional.of(
                new Retry(
                        attempts,
                        on,
                        said.codes(),
                        each,
                        said.backoff().map(RouteDuration::length).filter(Duration::isPositive),
                        true,
                        false));
    }

    private static Retry trying(Retry retry, Duration each) {
        return each.isZero()
                ? retry
                : new Retry(
                        retry.retries(),
                        retry.on(),
                        retry.statuses(),
                        each,
                        retry.backoff(),
                        retry.avoidsPreviousHosts(),
                        retry.triesOtherPriorities());
    }
}
