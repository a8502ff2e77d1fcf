package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Backends.Place;
import dev.heddle.compiler.lower.istio.HeaderEdits;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.HeaderModifier;
import dev.heddle.model.gatewayapi.HeaderModifier.Header;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.Cors;
import dev.heddle.model.gatewayapi.HttpRouteFilter.FilterType;
import dev.heddle.model.gatewayapi.HttpRouteFilter.RequestRedirect;
import dev.heddle.model.gatewayapi.HttpRouteFilter.UrlRewrite;
import dev.heddle.model.gatewayapi.RequestMirror;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.Percent;
import dev.heddle.model.istio.VirtualService.CorsPolicy;
import dev.heddle.model.istio.VirtualService.HeaderOperations;
import dev.heddle.model.istio.VirtualService.Headers;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.istio.VirtualService.UnmatchedPreflights;
import dev.heddle.model.match.StringMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// Turns what a rule does beside routing into filters.
///
/// @param rule that it is said in
record FilterForms(HttpRule rule, Backends backends, Losses losses) {
    private static final int MILLION = 1_000_000;
    private static final int BROWSERS_OWN = 5;

    static HttpRouteFilter redirect(RequestRedirect redirect) {
        return filter(
                FilterType.RequestRedirect,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(redirect),
                Optional.empty(),
                Optional.empty());
    }

    static HttpRouteFilter rewrite(UrlRewrite rewrite) {
        return filter(
                FilterType.URLRewrite,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(rewrite),
                Optional.empty());
    }

    private static HttpRouteFilter filter(
            FilterType type,
            Optional<HeaderModifier> request,
            Optional<HeaderModifier> response,
            Optional<RequestMirror> mirror,
            Optional<RequestRedirect> redirect,
            Optional<UrlRewrite> rewrite,
            Optional<Cors> cors) {
        return new HttpRouteFilter(
                type,
                request,
                response,
                mirror,
                redirect,
                rewrite,
                cors,
                Optional.empty(),
                Optional.empty());
    }

    /// What happens to headers.
    ///
    /// @param path of the operations
    List<HttpRouteFilter> headers(Headers said, FieldPath path) {
        var filters = new ArrayList<HttpRouteFilter>();
        Optional<HeaderModifier> request = modifier(said.request(), path.field("request"));
        Optional<HeaderModifier> response = modifier(said.response(), path.field("response"));
        request.ifPresent(m ->
                filters.add(
                        filter(
                                FilterType.RequestHeaderModifier,
                                Optional.of(m),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())));
        response.ifPresent(m ->
                filters.add(
                        filter(
                                FilterType.ResponseHeaderModifier,
                                Optional.empty(),
                                Optional.of(m),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())));
        return filters;
    }

    private Optional<HeaderModifier> modifier(HeaderOperations said, FieldPath path) {
        List<Header> set = written(said.set(), path.field("set"));
        List<Header> add = written(said.add(), path.field("add"));
        List<String> remove =
                said.remove().stream().filter(n -> !HeaderEdits.isOfProtocol(n)).toList();
        return set.isEmpty() && add.isEmpty() && remove.isEmpty()
                ? Optional.empty()
                : Optional.of(new HeaderModifier(set, add, remove));
    }

    private List<Header> written(Map<String, String> said, FieldPath path) {
        var all = new ArrayList<Header>();
        new TreeMap<>(said)
                .forEach((name, value) -> {
                    if (HeaderEdits.isOfProtocol(name)) {
                        return;
                    }
                    String plain = value.replace("%%", "");
                    if (plain.contains("%") || value.isEmpty()) {
                        losses.add(
                                rule.owner(),
                                path.field(name),
                                value.isEmpty()
                                        ? "the Gateway API writes no empty header"
                                        : "a '%' is no command in the Gateway API, and '"
                                                + value
                                                + "' has one",
                                "The header is not written");
                        return;
                    }
                    all.add(new Header(name, value.replace("%%", "%")));
                });
        return all;
    }

    /// Who gets copies.
    List<HttpRouteFilter> mirrors(Place place) {
        HttpRoute said = rule.spec();
        var filters = new ArrayList<HttpRouteFilter>();
        said.mirror()
                .ifPresent(to ->
                        mirror(
                                        to,
                                        said.mirrorPercentage()
                                                .map(Percent::value)
                                                .orElse((double) said.mirrorPercent().orElse(100)),
                                        place.at(rule.path().field("mirror")))
                                .ifPresent(filters::add));
        for (int i = 0; i < said.mirrors().size(); i++) {
            FieldPath at = rule.path().field("mirrors").index(i).field("destination");
            mirror(
                            said.mirrors().get(i).destination(),
                            said.mirrors().get(i).percentage().map(Percent::value).orElse(100.0),
                            place.at(at))
                    .ifPresent(filters::add);
        }
        return filters;
    }

    private Optional<HttpRouteFilter> mirror(Destination to, double percent, Place place) {
        int perMillion = (int) (Math.clamp(percent, 0, 100) * (MILLION / 100));
        if (perMillion < 1) {
            return Optional.empty();
        }
        int whole = perMillion / (MILLION / 100);
        boolean isWhole = whole * (MILLION / 100) == perMillion;
        return backends.of(to, place)
                .map(backend ->
                        filter(
                                FilterType.RequestMirror,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(
                                        new RequestMirror(
                                                Optional.of(backend),
                                                isWhole && whole < 100
                                                        ? OptionalInt.of(whole)
                                                        : OptionalInt.empty(),
                                                isWhole
                                                        ? Optional.empty()
                                                        : Optional.of(
                                                                new RequestMirror.Fraction(
                                                                        perMillion,
                                                                        OptionalInt.of(MILLION))))),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
    }

    /// What browsers may do.
    Optional<HttpRouteFilter> cors() {
        return rule.spec().corsPolicy().flatMap(this::cors);
    }

    private Optional<HttpRouteFilter> cors(CorsPolicy said) {
        FieldPath path = rule.path().field("corsPolicy");
        var origins = new ArrayList<String>();
        List<StringMatch> newer = said.allowOrigins();
        for (int i = 0; i < newer.size(); i++) {
            origin(newer.get(i), path.field("allowOrigins").index(i)).ifPresent(origins::add);
        }
        if (newer.isEmpty()) {
            origins.addAll(said.allowOrigin());
        }
        if (said.unmatchedPreflights() != UnmatchedPreflights.IGNORE) {
            losses.add(
                    rule.owner(),
                    path.field("unmatchedPreflights"),
                    "a preflight of another origin is answered by the proxy in the Gateway API, and"
                            + " goes to the destination here",
                    "It is answered without allowing anything, as IGNORE has it");
        }
        Optional<Duration> age = said.maxAge().filter(a -> !a.isNegative());
        return Optional.of(
                filter(
                        FilterType.CORS,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(
                                new Cors(
                                        origins,
                                        said.allowCredentials().orElse(false),
                                        said.allowMethods(),
                                        said.allowHeaders(),
                                        said.exposeHeaders(),
                                        // To say nothing means as long for browsers.
                                        OptionalInt.of(
                                                age.map(a -> (int) a.toSeconds())
                                                        .orElse(BROWSERS_OWN))))));
    }

    private Optional<String> origin(StringMatch origin, FieldPath path) {
        return switch (origin) {
            case StringMatch.Exact(String exact) -> Optional.of(exact);
            case StringMatch.Regex(String regex) when regex.equals(".*") -> Optional.of("*");
            case StringMatch.Regex _, StringMatch.Prefix _, StringMatch.Present _ -> {
                losses.add(
                        rule.owner(),
                        path,
                        "an origin is a text in the Gateway API, whose host may begin with a star",
                        "It is left out: say it as 'https://*.example.com', if that is meant");
                yield Optional.empty();
            }
        };
    }
}
