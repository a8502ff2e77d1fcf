package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteAction.Rewrite;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.lower.alike.Portions;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.VirtualService.Fallback;
import dev.heddle.model.istio.VirtualService.HttpBody;
import dev.heddle.model.istio.VirtualService.HttpDirectResponse;
import dev.heddle.model.istio.VirtualService.HttpMirrorPolicy;
import dev.heddle.model.istio.VirtualService.HttpRedirect;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.istio.VirtualService.HttpRewrite;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.istio.VirtualService.HttpRouteDestination;
import dev.heddle.model.istio.VirtualService.PortSelection;
import dev.heddle.model.istio.VirtualService.RedirectPort;
import dev.heddle.model.istio.VirtualService.RegexRewrite;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Lowers what a rule does with the requests that it matches.
public final class ActionLowering {
    /// The status codes that Envoy redirects with.
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /// A longer body would cost the whole route table.
    private static final int MAX_BODY_BYTES = 1024 * 1024;

    private final Destinations destinations;
    private final Optional<HttpRetry> defaultRetry;

    /// @param defaultRetry of rules that say nothing of retries
    ActionLowering(Destinations destinations, Optional<HttpRetry> defaultRetry) {
        this.destinations = destinations;
        this.defaultRetry = defaultRetry;
    }

    /// The action; empty when the rule has none that can work.
    ///
    /// @param called port that the client called
    Optional<RouteAction> lower(HttpRule of, int called) {
        HttpRoute rule = of.spec();
        if (problemOf(rule).isPresent()) {
            return Optional.empty();
        }
        if (rule.redirect().isPresent()) {
            return Optional.of(redirect(rule.redirect().get(), called));
        }
        if (rule.directResponse().isPresent()) {
            return Optional.of(directResponse(rule.directResponse().get()));
        }
        return forward(of, rule, called);
    }

    /// The edits of a rule, and of its only destination: where there are several, each has its own.
    static HeaderEdit headers(HttpRoute rule) {
        HeaderEdit own = HeaderEdits.lower(rule.headers());
        List<HttpRouteDestination> takers = takers(rule);
        return takers.size() == 1 ? own.then(HeaderEdits.lower(takers.getFirst().headers())) : own;
    }

    /// The destinations that take requests: the only one whatever its weight, else those that have
    /// a weight.
    public static List<HttpRouteDestination> takers(HttpRoute rule) {
        if (rule.route().size() == 1) {
            return rule.route();
        }
        return rule.route().stream().filter(d -> d.weight().orElse(0) > 0).toList();
    }

    private Optional<RouteAction> forward(HttpRule of, HttpRoute rule, int called) {
        FieldPath path = of.path();
        List<HttpRouteDestination> takers = takers(rule);
        boolean single = takers.size() == 1;
        var lowered = new ArrayList<Destination>();
        for (int i = 0; i < rule.route().size(); i++) {
            HttpRouteDestination destination = rule.route().get(i);
            if (!takers.contains(destination) || destination.destination().host().isEmpty()) {
                continue;
            }
            int weight = single ? 1 : destination.weight().orElse(0);
            Destination to =
                    destinations.lower(
                            destination.destination(),
                            of.namespace(),
                            called,
                            weight,
                            single ? HeaderEdit.NONE : HeaderEdits.lower(destination.headers()),
                            single
                                    ? Optional.empty()
                                    : HeaderEdits.authority(destination.headers()),
                            of.owner().origin(path.field("route").index(i)));
            lowered.add(
                    destination
                            .fallback()
                            .map(it -> to.orElse(fallback(of, it, called)))
                            .orElse(to));
        }
        if (lowered.isEmpty()) {
            return Optional.empty();
        }
        List<HashKey> hash = destinations.hash(lowered);
        return Optional.of(
                new RouteAction.Forward(
                        lowered,
                        new Rewrite(pathRewrite(rule.rewrite()), authority(rule)),
                        new Resilience(
                                timeout(rule),
                                retry(
                                        rule.retries().or(() -> defaultRetry),
                                        rule.route().size() == 1 && !hash.isEmpty())),
                        mirrors(of, rule, called),
                        hash));
    }

    /// What is hashed stays on its host, unless the rule says otherwise, as Istio has it.
    private static Optional<Retry> retry(Optional<HttpRetry> said, boolean isHashed) {
        Optional<Retry> retry = Retries.lower(said);
        boolean isHostSaid = said.flatMap(HttpRetry::retryIgnorePreviousHosts).isPresent();
        return isHashed && !isHostSaid ? retry.map(Retry::onAnyHost) : retry;
    }

    /// The cluster of a fallback.
    private String fallback(HttpRule of, Fallback fallback, int called) {
        return destinations
                .lower(
                        fallback.target(),
                        of.namespace(),
                        called,
                        0,
                        HeaderEdit.NONE,
                        Optional.empty(),
                        of.origin())
                .cluster();
    }

    /// The older form, of which there is one, goes before the newer.
    private List<RouteAction.Mirror> mirrors(HttpRule of, HttpRoute rule, int called) {
        FieldPath path = of.path();
        var mirrors = new ArrayList<RouteAction.Mirror>();
        if (rule.mirror().isPresent()) {
            Optional<Portion> share =
                    rule.mirrorPercentage()
                            .map(Portions::lower)
                            .orElseGet(() -> Portions.lower(rule.mirrorPercent().orElse(100)));
            share.ifPresent(portion ->
                    mirrors.add(
                            mirror(
                                    of,
                                    rule.mirror().get(),
                                    path.field("mirror"),
                                    called,
                                    portion)));
        }
        for (int i = 0; i < rule.mirrors().size(); i++) {
            HttpMirrorPolicy policy = rule.mirrors().get(i);
            FieldPath at = path.field("mirrors").index(i);
            policy.percentage()
                    .map(Portions::lower)
                    .orElse(Optional.of(Portion.ALL))
                    .ifPresent(portion ->
                            mirrors.add(mirror(of, policy.destination(), at, called, portion)));
        }
        return mirrors;
    }

    private RouteAction.Mirror mirror(
            HttpRule of,
            dev.heddle.model.istio.Destination to,
            FieldPath at,
            int called,
            Portion share) {
        return new RouteAction.Mirror(
                destinations.lower(
                        to,
                        of.namespace(),
                        called,
                        0,
                        HeaderEdit.NONE,
                        Optional.empty(),
                        of.owner().origin(at)),
                share);
    }

    private static Duration timeout(HttpRoute rule) {
        return rule.timeout().filter(Duration::isPositive).orElse(Duration.ZERO);
    }

    /// The authority that requests of a rule get: what a rewrite says goes before what header
    /// operations say, and the rule before its only destination.
    public static Optional<String> authority(HttpRoute rule) {
        return rule.rewrite()
                .map(HttpRewrite::authority)
                .filter(a -> !a.isEmpty())
                .or(() -> HeaderEdits.authority(rule.headers()))
                .or(() ->
                        takers(rule).size() == 1
                                ? HeaderEdits.authority(takers(rule).getFirst().headers())
                                : Optional.empty());
    }

    private static PathRewrite pathRewrite(Optional<HttpRewrite> rewrite) {
        if (rewrite.isEmpty()) {
            return new PathRewrite.None();
        }
        HttpRewrite wanted = rewrite.get();
        if (wanted.uriRegexRewrite().isPresent()) {
            RegexRewrite regex = wanted.uriRegexRewrite().get();
            return new PathRewrite.Regex(regex.match(), regex.rewrite());
        }
        return wanted.uri().isEmpty()
                ? new PathRewrite.None()
                : new PathRewrite.Matched(wanted.uri());
    }

    private static RouteAction redirect(HttpRedirect redirect, int called) {
        int status = redirect.redirectCode().orElse(301);
        RedirectPath path =
                redirect.prefixRewrite().isEmpty()
                        ? redirect.uri().isEmpty()
                                ? new RedirectPath.Kept()
                                : new RedirectPath.Replaced(redirect.uri())
                        : new RedirectPath.PrefixReplaced(redirect.prefixRewrite());
        return new RouteAction.Redirect(
                present(redirect.scheme()),
                present(redirect.authority()),
                port(redirect, called),
                path,
                status);
    }

    /// A port that is the scheme's own is not written.
    private static OptionalInt port(HttpRedirect redirect, int called) {
        OptionalInt port =
                switch (redirect.redirectPort().orElse(null)) {
                    case RedirectPort.Fixed(int number) -> OptionalInt.of(number);
                    case RedirectPort.Derived(PortSelection selection) ->
                            selection == PortSelection.FROM_REQUEST_PORT
                                    ? OptionalInt.of(called)
                                    : OptionalInt.empty();
                    case null -> OptionalInt.empty();
                };
        int own = redirect.scheme().equals("https") ? 443 : 80;
        return port.isPresent() && (port.getAsInt() == own || port.getAsInt() < 1)
                ? OptionalInt.empty()
                : port;
    }

    private static RouteAction directResponse(HttpDirectResponse response) {
        ReplyBody body =
                switch (response.body().orElse(null)) {
                    case HttpBody.Text(String text) -> new ReplyBody.Text(text);
                    case HttpBody.Bytes(String base64) -> new ReplyBody.Base64(base64);
                    case null -> new ReplyBody.Empty();
                };
        return new RouteAction.DirectResponse(response.status(), body);
    }

    /// @param field of the rule
    public record Problem(String field, String what) {}

    /// Why the rule's action cannot work; empty when it can. Destinations that do not exist are no
    /// such reason.
    public static Optional<Problem> problemOf(HttpRoute rule) {
        if (rule.redirect().isPresent()) {
            int status = rule.redirect().get().redirectCode().orElse(301);
            return REDIRECTS.contains(status)
                    ? Optional.empty()
                    : Optional.of(
                            new Problem(
                                    "redirect",
                                    "redirectCode: "
                                            + status
                                            + " (expected: 301, 302, 303, 307 or 308)"));
        }
        if (rule.directResponse().isPresent()) {
            return problemOf(rule.directResponse().get())
                    .map(w -> new Problem("directResponse", w));
        }
        return rule.rewrite()
                .flatMap(HttpRewrite::uriRegexRewrite)
                .flatMap(r -> EnvoySyntax.problemOfRegex(r.match()))
                .map(why -> new Problem("rewrite", "no regular expression: " + why));
    }

    private static Optional<String> problemOf(HttpDirectResponse response) {
        if (response.status() < 200 || response.status() > 599) {
            return Optional.of("status: " + response.status() + " (expected: 200 to 599)");
        }
        int bytes =
                switch (response.body().orElse(null)) {
                    case HttpBody.Text(String text) -> text.getBytes(StandardCharsets.UTF_8).length;
                    case HttpBody.Bytes(String base64) -> lengthOf(base64);
                    case null -> 0;
                };
        if (bytes < 0) {
            return Optional.of("body.bytes: no base64");
        }
        return bytes > MAX_BODY_BYTES
                ? Optional.of("body: " + bytes + " bytes (expected: at most 1 MiB)")
                : Optional.empty();
    }

    /// Bytes in a base64 text; -1 when it is none.
    private static int lengthOf(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length;
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }

    private static Optional<String> present(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
