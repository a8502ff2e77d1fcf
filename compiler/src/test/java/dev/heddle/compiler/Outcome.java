package dev.heddle.compiler;

import com.google.re2j.Pattern;
import dev.heddle.compiler.explain.Explainer;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.world.ProxyScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What becomes of a request, as everybody sees it from outside, whatever resources say it.
///
/// @param reply status that the proxy answers with by itself, and where a redirect leads
/// @param takers who takes it, with what they see
/// @param copies who gets copies
/// @param retry when it is tried again
record Outcome(
        String reply,
        List<String> takers,
        List<String> copies,
        List<String> features,
        Duration timeout,
        String retry) {

    static Outcome of(Compiled compiled, ProxyScope scope, Request request) {
        Explanation said = Explainer.explain(compiled, scope, request);
        Optional<Route> route = route(compiled, said);
        Optional<RouteAction.Forward> forward =
                route.map(Route::action)
                        .filter(RouteAction.Forward.class::isInstance)
                        .map(RouteAction.Forward.class::cast);
        boolean isPassed = !said.destinations().isEmpty();
        var takers = new ArrayList<String>();
        for (Share share : said.destinations()) {
            takers.add(
                    share.weight()
                            + "% "
                            + name(share)
                            + " request"
                            + edited(share.headers().request(), said.headers().request())
                            + " response"
                            + edited(share.headers().response(), said.headers().response())
                            + forward.map(f -> " host " + host(f, share)).orElse("")
                            + forward.map(f -> " path " + path(f, route.get(), request))
                                    .orElse(""));
        }
        return new Outcome(
                said.reply()
                        .map(r ->
                                r.status()
                                        + (r.status() / 100 == 3 ? " " + r.detail() : "")
                                        + (isPassed ? "" : " instead"))
                        .orElse(""),
                takers.stream().sorted().toList(),
                said.mirrors().stream().map(m -> name(m.to()) + " " + m.of()).sorted().toList(),
                said.features().stream().map(Outcome::feature).sorted().toList(),
                isPassed ? said.resilience().timeout() : Duration.ZERO,
                forward.map(f -> f.resilience().retry() + " " + f.hash()).orElse(""));
    }

    /// The route that decided: the one that was tried last.
    private static Optional<Route> route(Compiled compiled, Explanation said) {
        List<Explanation.Tried> tried =
                said.tried().stream()
                        .filter(t -> t.what().startsWith("route "))
                        .filter(t -> !t.what().startsWith("route table"))
                        .toList();
        if (tried.isEmpty() || said.virtualHost().isEmpty()) {
            return Optional.empty();
        }
        int at = 0;
        while (at < tried.size() && !tried.get(at).matched()) {
            at++;
        }
        int index = at;
        if (index == tried.size()) {
            return Optional.empty();
        }
        return compiled.plan().routes().stream()
                .map(RouteConfiguration::virtualHosts)
                .flatMap(List::stream)
                .filter(h -> h.name().equals(said.virtualHost()))
                .filter(h -> h.routes().size() > index)
                .map(h -> h.routes().get(index))
                .filter(r -> r.origin().equals(tried.get(index).origin()))
                .findFirst();
    }

    /// Who takes it: by endpoints, or, where none are known, by name and version.
    private static String name(Share share) {
        if (!share.endpoints().isEmpty()) {
            return share.endpoints().stream().sorted().toList().toString();
        }
        int dot = share.host().indexOf('.');
        return share.subset().isEmpty() || dot < 0
                ? share.host()
                : share.host().substring(0, dot)
                        + "-"
                        + share.subset()
                        + share.host().substring(dot);
    }

    private static String host(RouteAction.Forward forward, Share share) {
        return forward.destinations().stream()
                .filter(d -> d.cluster().equals(share.cluster()))
                .findFirst()
                .flatMap(RouteAction.Destination::authority)
                .or(() -> forward.rewrite().authority())
                .orElse("as it came");
    }

    private static String path(RouteAction.Forward forward, Route route, Request request) {
        String path = request.pathOnly();
        return switch (forward.rewrite().path()) {
            case PathRewrite.None() -> path;
            case PathRewrite.Regex(String match, String by) ->
                    Pattern.compile(match).matcher(path).replaceFirst(by);
            case PathRewrite.Matched(String by) ->
                    switch (route.match().path()) {
                        case PathMatch.Exact _, PathMatch.Regex _ -> by;
                        case PathMatch.Prefix(String prefix) ->
                                by + path.substring(prefix.length());
                        case PathMatch.Segments(String prefix) ->
                                by + path.substring(prefix.length());
                    };
        };
    }

    /// What is left of headers that are there, and what comes to them: a destination's edits, then
    /// the route's, each of which removes before it writes.
    private static Map<String, List<String>> edited(HeaderEdit.Edits first, HeaderEdit.Edits then) {
        var headers = new TreeMap<String, List<String>>();
        for (HeaderEdit.Edits edits : List.of(first, then)) {
            for (String name : edits.removals()) {
                headers.put(name.toLowerCase(Locale.ROOT), new ArrayList<>());
            }
            for (HeaderEdit.Write write : edits.writes()) {
                List<String> values =
                        headers.computeIfAbsent(
                                write.name().toLowerCase(Locale.ROOT),
                                _ -> new ArrayList<>(List.of("as it came")));
                if (write.replace()) {
                    values.clear();
                }
                values.add(write.value());
            }
        }
        return headers;
    }

    private static String feature(HttpFeature feature) {
        if (!(feature instanceof HttpFeature.Cors cors)) {
            return feature.toString();
        }
        // To say nothing of an age is as good as five seconds for browsers (Fetch, 3.2.3).
        return new HttpFeature.Cors(
                        cors.origins().stream()
                                .map(o ->
                                        o.equals(new ValueMatch.Regex(".*"))
                                                ? new ValueMatch.Present()
                                                : o)
                                .toList(),
                        cors.methods(),
                        cors.headers(),
                        cors.exposed(),
                        Optional.of(cors.maxAge().orElse(Duration.ofSeconds(5))),
                        cors.credentials().filter(c -> c),
                        cors.forwardsUnmatched())
                .toString();
    }
}
