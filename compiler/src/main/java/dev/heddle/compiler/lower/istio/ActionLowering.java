package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.Resilience;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteAction.Rewrite;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.VirtualService.HttpBody;
import dev.heddle.model.istio.VirtualService.HttpDirectResponse;
import dev.heddle.model.istio.VirtualService.HttpRedirect;
import dev.heddle.model.istio.VirtualService.HttpRewrite;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.istio.VirtualService.HttpRouteDestination;
import dev.heddle.model.istio.VirtualService.PortSelection;
import dev.heddle.model.istio.VirtualService.RedirectPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Lowers what a rule does with the requests that it matches.
final class ActionLowering {
    /// The status codes that Envoy redirects with.
    static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final Destinations destinations;

    ActionLowering(Destinations destinations) {
        this.destinations = destinations;
    }

    /// The action; empty when the rule has none that can work.
    ///
    /// @param path of the rule
    /// @param called port that the client called
    Optional<RouteAction> lower(
            BoundVirtualService service, HttpRoute rule, FieldPath path, int called) {
        if (rule.redirect().isPresent()) {
            return redirect(rule.redirect().get(), called);
        }
        if (rule.directResponse().isPresent()) {
            return directResponse(rule.directResponse().get());
        }
        return forward(service, rule, path, called);
    }

    /// The edits of a rule, and of its only destination: where there are several, each has its own.
    static HeaderEdit headers(HttpRoute rule) {
        HeaderEdit own = HeaderEdits.lower(rule.headers());
        return rule.route().size() == 1
                ? own.then(HeaderEdits.lower(rule.route().getFirst().headers()))
                : own;
    }

    private Optional<RouteAction> forward(
            BoundVirtualService service, HttpRoute rule, FieldPath path, int called) {
        boolean single = rule.route().size() == 1;
        var lowered = new ArrayList<Destination>();
        for (int i = 0; i < rule.route().size(); i++) {
            HttpRouteDestination destination = rule.route().get(i);
            int weight = single ? 1 : destination.weight().orElse(0);
            if (weight < 1 || destination.destination().host().isEmpty()) {
                continue;
            }
            lowered.add(
                    destinations.lower(
                            destination.destination(),
                            service.namespace(),
                            called,
                            weight,
                            single ? HeaderEdit.NONE : HeaderEdits.lower(destination.headers()),
                            single
                                    ? Optional.empty()
                                    : HeaderEdits.authority(destination.headers()),
                            service.resource().origin(path.field("route").index(i))));
        }
        if (lowered.isEmpty()) {
            return Optional.empty();
        }
        Optional<PathRewrite> rewrite = pathRewrite(rule.rewrite());
        return rewrite.map(p ->
                new RouteAction.Forward(
                        lowered, new Rewrite(p, authority(rule)), new Resilience(timeout(rule))));
    }

    private static Duration timeout(HttpRoute rule) {
        return rule.timeout().filter(Duration::isPositive).orElse(Duration.ZERO);
    }

    /// What a rewrite says goes before what header operations say, and the rule before its only
    /// destination.
    private static Optional<String> authority(HttpRoute rule) {
        return rule.rewrite()
                .map(HttpRewrite::authority)
                .filter(a -> !a.isEmpty())
                .or(() -> HeaderEdits.authority(rule.headers()))
                .or(() ->
                        rule.route().size() == 1
                                ? HeaderEdits.authority(rule.route().getFirst().headers())
                                : Optional.empty());
    }

    /// The rewrite; empty when its expression is none.
    private static Optional<PathRewrite> pathRewrite(Optional<HttpRewrite> rewrite) {
        if (rewrite.isEmpty()) {
            return Optional.of(new PathRewrite.None());
        }
        HttpRewrite wanted = rewrite.get();
        if (wanted.uriRegexRewrite().isPresent()) {
            String regex = wanted.uriRegexRewrite().get().match();
            return EnvoySyntax.problemOfRegex(regex).isPresent()
                    ? Optional.empty()
                    : Optional.of(
                            new PathRewrite.Regex(regex, wanted.uriRegexRewrite().get().rewrite()));
        }
        return Optional.of(
                wanted.uri().isEmpty()
                        ? new PathRewrite.None()
                        : new PathRewrite.Matched(wanted.uri()));
    }

    private static Optional<RouteAction> redirect(HttpRedirect redirect, int called) {
        int status = redirect.redirectCode().orElse(301);
        if (!REDIRECTS.contains(status)) {
            return Optional.empty();
        }
        RedirectPath path =
                redirect.prefixRewrite().isEmpty()
                        ? redirect.uri().isEmpty()
                                ? new RedirectPath.Kept()
                                : new RedirectPath.Replaced(redirect.uri())
                        : new RedirectPath.PrefixReplaced(redirect.prefixRewrite());
        return Optional.of(
                new RouteAction.Redirect(
                        present(redirect.scheme()),
                        present(redirect.authority()),
                        port(redirect, called),
                        path,
                        status));
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

    private static Optional<RouteAction> directResponse(HttpDirectResponse response) {
        if (response.status() < 200 || response.status() > 599) {
            return Optional.empty();
        }
        ReplyBody body =
                switch (response.body().orElse(null)) {
                    case HttpBody.Text(String text) -> new ReplyBody.Text(text);
                    case HttpBody.Bytes(String base64) -> new ReplyBody.Base64(base64);
                    case null -> new ReplyBody.Empty();
                };
        return Optional.of(new RouteAction.DirectResponse(response.status(), body));
    }

    private static Optional<String> present(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
