package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Backends.Place;
import dev.heddle.compiler.convert.Precedence.Placed;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.lower.istio.ActionLowering;
import dev.heddle.compiler.lower.istio.HeaderEdits;
import dev.heddle.compiler.lower.istio.Retries;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.compiler.select.RouteSemantics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.HttpBackendRef;
import dev.heddle.model.gatewayapi.HttpRoute.Timeouts;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import dev.heddle.model.gatewayapi.RouteDuration;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.HttpRewrite;
import dev.heddle.model.istio.VirtualService.HttpRouteDestination;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Turns the HTTP rules of a VirtualService into those of a route, for one place of the mesh.
///
/// @param defaultRetry what the mesh does where no rule says retries
record RuleForms(Backends backends, Optional<Retry> defaultRetry, Losses losses) {
    private static final Set<String> ON = Set.of("connect-failure", "refused-stream", "reset");
    private static final String STATUSES = "retriable-status-codes";

    /// What the rules come to.
    ///
    /// @param matches that the rules have in all, in the original's order
    record Result(List<HttpRoute.Rule> rules, List<Placed> matches) {
        Result {
            rules = List.copyOf(rules);
            matches = List.copyOf(matches);
        }
    }

    /// A way for requests to come.
    ///
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    /// @param port that clients call
    /// @param viewer namespace of the proxies
    /// @param namespace of the route
    record Way(String gateway, int port, String viewer, String namespace) {}

    /// The rules of a VirtualService for requests that come that way.
    ///
    /// @param kind of the route that they are for
    Result of(BoundVirtualService service, Way way, Kind<?> kind) {
        var forms = new MatchForms(RouteSemantics.isOfSegments(service.resource()), losses);
        var placed = new ArrayList<Placed>();
        List<HttpRule> rules = service.http();
        for (int i = 0; i < rules.size(); i++) {
            if (isThere(rules.get(i).spec())) {
                placed.addAll(
                        elements(
                                rules.get(i),
                                forms.of(rules.get(i), i, way.gateway(), way.port())));
            }
        }
        Precedence.Kept kept = Precedence.keep(placed);
        for (Precedence.Lost lost : kept.lost()) {
            HttpRule earlier = rules.get(lost.earlier().rule());
            HttpRule later = rules.get(lost.later().rule());
            losses.add(
                    earlier.owner(),
                    earlier.path(),
                    "requests that this rule and "
                            + later.path()
                            + " both take come to that one in the Gateway API, which goes by what"
                            + " rules match, not by their order",
                    "Write conditions that no request meets twice");
        }
        var made = new ArrayList<HttpRoute.Rule>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            int number = i;
            List<Placed> own = kept.matches().stream().filter(p -> p.rule() == number).toList();
            if (!own.isEmpty()) {
                made.addAll(rules(rules.get(i), own, way, kind, names));
            }
        }
        return new Result(made, kept.matches());
    }

    /// Whether proxies are told of the rule at all.
    private static boolean isThere(VirtualService.HttpRoute rule) {
        boolean acts =
                rule.redirect().isPresent()
                        || rule.directResponse().isPresent()
                        || ActionLowering.takers(rule).stream()
                                .anyMatch(t -> !t.destination().host().isEmpty());
        return acts && ActionLowering.problemOf(rule).isEmpty();
    }

    /// A prefix of letters cannot be replaced in the Gateway API, one of elements can.
    private List<Placed> elements(HttpRule rule, List<Placed> all) {
        Optional<FieldPath> field = replaced(rule);
        if (field.isEmpty()) {
            return all;
        }
        var elements = new ArrayList<Placed>();
        for (Placed one : all) {
            if (one.form().path() instanceof PathForm.Letters(String prefix)) {
                String whole =
                        prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
                losses.add(
                        rule.owner(),
                        field.get(),
                        "the prefix '"
                                + prefix
                                + "' is one of letters, and what is replaced in the Gateway API is"
                                + " one of whole elements",
                        "It is '"
                                + whole
                                + "' with all below it now; match '"
                                + whole
                                + "' exactly and the prefix '"
                                + whole
                                + "/' to mean the same in both");
                var path = new PathForm.Segments(whole);
                elements.add(new Placed(one.rule(), one.form().with(path), path));
            } else {
                elements.add(one);
            }
        }
        return elements;
    }

    private static Optional<FieldPath> replaced(HttpRule rule) {
        VirtualService.HttpRoute said = rule.spec();
        if (said.redirect().filter(r -> !r.prefixRewrite().isEmpty()).isPresent()) {
            return Optional.of(rule.path().field("redirect").field("prefixRewrite"));
        }
        return said.redirect().isEmpty()
                        && said.rewrite().filter(r -> !r.uri().isEmpty()).isPresent()
                ? Optional.of(rule.path().field("rewrite").field("uri"))
                : Optional.empty();
    }

    private List<HttpRoute.Rule> rules(
            HttpRule rule, List<Placed> matches, Way way, Kind<?> kind, Set<String> names) {
        var place =
                new Place(
                        rule.owner(), rule.path(), way.port(), way.viewer(), kind, way.namespace());
        var filters = new FilterForms(rule, backends, losses);
        List<HttpRouteFilter> common = common(rule, filters, place);
        boolean redirects = rule.spec().redirect().isPresent();
        List<HttpBackendRef> refs = redirects ? List.of() : refs(rule, filters, place);
        notCarried(rule);
        Optional<String> authority = ActionLowering.authority(rule.spec());
        var groups = new ArrayList<Group>();
        for (Placed match : matches) {
            var all = new ArrayList<>(common);
            var paths = new PathChanges(rule, way.port(), losses);
            (redirects ? paths.redirect(match) : paths.rewrite(match, authority))
                    .ifPresent(all::add);
            Group.add(groups, all, match.form().match());
        }
        Optional<Timeouts> timeouts = redirects ? Optional.empty() : timeouts(rule);
        Optional<HttpRoute.Retry> retry = redirects ? Optional.empty() : retry(rule);
        Optional<String> name = name(rule, names);
        var made = new ArrayList<HttpRoute.Rule>();
        for (Group group : groups) {
            boolean isAll = group.matches().equals(List.of(MatchForm.ALL.match()));
            made.add(
                    new HttpRoute.Rule(
                            made.isEmpty() ? name : Optional.empty(),
                            isAll ? List.of() : group.matches(),
                            group.filters(),
                            refs,
                            timeouts,
                            retry,
                            Optional.empty()));
        }
        return made;
    }

    /// Matches of a rule whose requests are dealt with alike.
    private record Group(List<HttpRouteFilter> filters, List<HttpRoute.Match> matches) {

        /// Adds a match to its group. Which prefix a rule replaces must be clear, so that such a
        /// rule has one match only.
        static void add(List<Group> groups, List<HttpRouteFilter> filters, HttpRoute.Match match) {
            Optional<Group> there =
                    groups.stream()
                            .filter(_ -> !PathChanges.isOfPrefix(filters))
                            .filter(g -> g.filters().equals(filters))
                            .findFirst();
            if (there.isPresent()) {
                there.get().matches().add(match);
            } else {
                groups.add(new Group(List.copyOf(filters), new ArrayList<>(List.of(match))));
            }
        }
    }

    private static List<HttpRouteFilter> common(HttpRule rule, FilterForms filters, Place place) {
        var all =
                new ArrayList<>(
                        filters.headers(rule.spec().headers(), rule.path().field("headers")));
        if (rule.spec().redirect().isEmpty()) {
            all.addAll(filters.mirrors(place));
        }
        filters.cors().ifPresent(all::add);
        return all;
    }

    private List<HttpBackendRef> refs(HttpRule rule, FilterForms filters, Place place) {
        List<HttpRouteDestination> takers = ActionLowering.takers(rule.spec());
        boolean isOne = takers.size() == 1;
        var refs = new ArrayList<HttpBackendRef>();
        for (int i = 0; i < rule.spec().route().size(); i++) {
            HttpRouteDestination to = rule.spec().route().get(i);
            FieldPath path = rule.path().field("route").index(i);
            if (!takers.contains(to) || to.destination().host().isEmpty()) {
                continue;
            }
            var own = new ArrayList<>(filters.headers(to.headers(), path.field("headers")));
            if (!isOne) {
                HeaderEdits.authority(to.headers())
                        .ifPresent(host ->
                                own.add(
                                        FilterForms.rewrite(
                                                new UrlRewrite(
                                                        Optional.of(host), Optional.empty()))));
            }
            if (to.fallback().isPresent()) {
                losses.add(
                        rule.owner(),
                        path.field("fallback"),
                        "the Gateway API has no fallback for a backend",
                        "There is none");
            }
            backends.of(to.destination(), place.at(path.field("destination")))
                    .ifPresent(ref -> refs.add(ref(ref, isOne, to, own)));
        }
        return refs;
    }

    private static HttpBackendRef ref(
            BackendReference to,
            boolean isOne,
            HttpRouteDestination said,
            List<HttpRouteFilter> filters) {
        return new HttpBackendRef(
                to.group(),
                to.kind(),
                to.name(),
                to.namespace(),
                to.port(),
                isOne ? OptionalInt.empty() : said.weight(),
                filters);
    }

    private void notCarried(HttpRule rule) {
        VirtualService.HttpRoute said = rule.spec();
        if (said.fault().isPresent()) {
            losses.add(
                    rule.owner(),
                    rule.path().field("fault"),
                    "the Gateway API makes no failures on purpose",
                    "None are made");
        }
        if (said.redirect().isEmpty() && said.directResponse().isPresent()) {
            losses.add(
                    rule.owner(),
                    rule.path().field("directResponse"),
                    "the Gateway API answers nothing by itself",
                    "The rule has no backend, so that its requests are refused");
        }
        if (said.rewrite().flatMap(HttpRewrite::uriRegexRewrite).isPresent()) {
            losses.add(
                    rule.owner(),
                    rule.path().field("rewrite").field("uriRegexRewrite"),
                    "the Gateway API rewrites no path by an expression",
                    "The path stays as it is");
        }
    }

    /// The rule's name, where it can be one in the Gateway API.
    private Optional<String> name(HttpRule rule, Set<String> names) {
        String said = rule.spec().name();
        if (said.isEmpty() || RouteSemantics.isOfSegments(rule.owner())) {
            return Optional.empty();
        }
        boolean isGood =
                said.length() <= 253
                        && said.matches(
                                "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
        if (isGood && names.add(said)) {
            return Optional.of(said);
        }
        losses.add(
                rule.owner(),
                rule.path().field("name"),
                isGood
                        ? "'" + said + "' is the name of another rule, too"
                        : "'" + said + "' is no name in the Gateway API",
                "The rule has none");
        return Optional.empty();
    }

    private Optional<Timeouts> timeouts(HttpRule rule) {
        Optional<RouteDuration> request =
                time(rule, rule.path().field("timeout"), rule.spec().timeout());
        Optional<RouteDuration> each =
                time(
                        rule,
                        rule.path().field("retries").field("perTryTimeout"),
                        rule.spec().retries().flatMap(VirtualService.HttpRetry::perTryTimeout));
        boolean isTooLong =
                request.isPresent()
                        && each.isPresent()
                        && each.get().length().compareTo(request.get().length()) > 0;
        if (isTooLong) {
            // Nobody ever waits for it.
            each = Optional.empty();
        }
        return request.isEmpty() && each.isEmpty()
                ? Optional.empty()
                : Optional.of(new Timeouts(request, each));
    }

    private Optional<RouteDuration> time(HttpRule rule, FieldPath path, Optional<Duration> said) {
        Optional<RouteDuration> time =
                said.filter(Duration::isPositive)
                        .map(RouteDuration::new)
                        .filter(d ->
                                RouteDuration.parse(d.toString()).filter(d::equals).isPresent());
        if (time.isEmpty() && said.filter(Duration::isPositive).isPresent()) {
            losses.add(
                    rule.owner(),
                    path,
                    said.get()
                            + " is no duration in the Gateway API, which has milliseconds, and"
                            + " at most 99999 of a unit",
                    "There is no limit");
        }
        return time;
    }

    /// Without any, the mesh's own are in force, as they are for a VirtualService.
    private Optional<HttpRoute.Retry> retry(HttpRule rule) {
        if (rule.spec().retries().isEmpty()) {
            return Optional.empty();
        }
        FieldPath path = rule.path().field("retries");
        Optional<Retry> said = Retries.lower(rule.spec().retries());
        if (said.isEmpty()) {
            if (defaultRetry.isPresent()) {
                losses.add(
                        rule.owner(),
                        path.field("attempts"),
                        "the Gateway API cannot forbid retries",
                        "The mesh's own are made; set them to none in defaultHttpRetryPolicy");
            }
            return Optional.empty();
        }
        Retry retry = said.get();
        if (defaultRetry.filter(d -> isAlike(d, retry)).isPresent()) {
            return Optional.empty();
        }
        Set<String> on = new HashSet<>(retry.on());
        boolean hasStatuses = on.remove(STATUSES);
        boolean isSame =
                on.equals(ON)
                        && hasStatuses != retry.statuses().isEmpty()
                        && retry.avoidsPreviousHosts()
                        && !retry.triesOtherPriorities();
        if (!isSame) {
            losses.add(
                    rule.owner(),
                    path,
                    "the Gateway API tries again where a connection fails or breaks and for"
                            + " statuses, on another host, and knows no other conditions than that"
                            + " (here: "
                            + String.join(",", retry.on())
                            + ")",
                    "retryOn: connect-failure,refused-stream,reset and statuses means the same in"
                            + " both");
        }
        return Optional.of(
                new HttpRoute.Retry(
                        retry.statuses().stream().filter(s -> s >= 400).distinct().toList(),
                        OptionalInt.of(retry.retries()),
                        retry.backoff()
                                .map(RouteDuration::new)
                                .filter(d -> RouteDuration.parse(d.toString()).isPresent())));
    }

    /// But for how long each may take.
    private static boolean isAlike(Retry one, Retry other) {
        return one.retries() == other.retries()
                && one.on().equals(other.on())
                && one.statuses().equals(other.statuses())
                && one.backoff().equals(other.backoff())
                && one.avoidsPreviousHosts() == other.avoidsPreviousHosts()
                && one.triesOtherPriorities() == other.triesOtherPriorities();
    }
}
