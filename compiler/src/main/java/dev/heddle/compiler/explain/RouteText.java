package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HeaderEdit.Edits;
import dev.heddle.compiler.ir.HeaderEdit.Write;
import dev.heddle.compiler.ir.Retry;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.Destination;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.RedirectPath;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.ir.RouteMatch;
import dev.heddle.compiler.ir.RouteMatch.ClaimMatch;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.QueryMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;

/// Prints what a route matches and does.
final class RouteText {
    private RouteText() {}

    /// A line about a route.
    record Detail(String what, Origin origin) {}

    static String of(RouteMatch match) {
        var text = new StringBuilder();
        switch (match.path()) {
            case PathMatch.Exact(String path) -> text.append("path = ").append(path);
            case PathMatch.Prefix(String prefix) -> text.append("path ^ ").append(prefix);
            case PathMatch.Segments(String prefix) ->
                    text.append("path ^ ").append(prefix).append(" (/…)?");
            case PathMatch.Regex(String regex) -> text.append("path ~ ").append(regex);
        }
        if (match.ignoreCase()) {
            text.append(" in any case");
        }
        for (HeaderMatch header : match.headers()) {
            text.append(header.inverted() ? ", not header " : ", header ")
                    .append(header.name())
                    .append(of(header.value()));
        }
        for (QueryMatch query : match.query()) {
            text.append(", query ").append(query.name()).append(of(query.value()));
        }
        for (ClaimMatch claim : match.claims()) {
            text.append(claim.inverted() ? ", not claim " : ", claim ")
                    .append(String.join(".", claim.path()))
                    .append(of(claim.value()));
        }
        if (!match.upTo().isAll()) {
            text.append(", the first ").append(match.upTo());
        }
        return text.toString();
    }

    private static String of(ValueMatch value) {
        return switch (value) {
            case ValueMatch.Exact(String exact) -> " = " + exact;
            case ValueMatch.Prefix(String prefix) -> " ^ " + prefix;
            case ValueMatch.Regex(String regex) -> " ~ " + regex;
            case ValueMatch.Present() -> " present";
        };
    }

    static List<Detail> details(Route route) {
        var details = new ArrayList<Detail>();
        edits(route.headers(), details);
        if (!route.statPrefix().isEmpty()) {
            add("counted as " + route.statPrefix(), details);
        }
        FeatureText.lines(route.features()).forEach(it -> add(it, details));
        switch (route.action()) {
            case RouteAction.Forward forward -> forward(forward, details);
            case RouteAction.Redirect redirect -> add(redirect(redirect), details);
            case RouteAction.DirectResponse(int status, ReplyBody body) ->
                    add(
                            "reply "
                                    + status
                                    + switch (body) {
                                        case ReplyBody.Empty() -> "";
                                        case ReplyBody.Text(String text) -> ": " + text.strip();
                                        case ReplyBody.Base64(String base64) -> ": " + base64;
                                    },
                            details);
        }
        return details;
    }

    private static void add(String what, List<Detail> details) {
        details.add(new Detail(what, Origin.BUILT_IN));
    }

    private static void forward(RouteAction.Forward forward, List<Detail> details) {
        switch (forward.rewrite().path()) {
            case PathRewrite.None() -> {}
            case PathRewrite.Matched(String replacement) ->
                    add("rewrite what matched to " + replacement, details);
            case PathRewrite.Regex(String regex, String substitution) ->
                    add("rewrite path ~ " + regex + " to " + substitution, details);
        }
        forward.rewrite().authority().ifPresent(a -> add("rewrite authority to " + a, details));
        forward.rewrite()
                .authorityFrom()
                .ifPresent(h -> add("rewrite authority to that of header " + h, details));
        if (!forward.resilience().timeout().isZero()) {
            add("timeout " + forward.resilience().timeout(), details);
        }
        retries(forward, details);
        forward.mirrors()
                .forEach(it ->
                        details.add(
                                new Detail(
                                        "copies of " + it.of() + " -> " + it.to().cluster(),
                                        it.to().origin())));
        if (!forward.hash().isEmpty()) {
            add("host by " + BalancingText.of(forward.hash()), details);
        }
        boolean single = forward.destinations().size() == 1;
        for (Destination destination : forward.destinations()) {
            details.add(
                    new Detail(
                            "-> "
                                    + (single ? "" : destination.weight() + " x ")
                                    + destination.cluster()
                                    + destination.fallback().map(it -> ", else " + it).orElse(""),
                            destination.origin()));
            destination.authority().ifPresent(a -> add("   authority " + a, details));
            edits(destination.headers(), details);
        }
    }

    /// Says nothing of what is as in Istio without a rule.
    private static void retries(RouteAction.Forward forward, List<Detail> details) {
        Retry retry = forward.resilience().retry().orElse(null);
        if (retry == null) {
            // Where the mesh itself routes there are none, and nobody asks why.
            if (!forward.destinations().getFirst().origin().equals(Origin.BUILT_IN)) {
                add("no retries", details);
            }
        } else if (!retry.equals(Retry.ISTIO)) {
            add(FeatureText.of(retry), details);
        }
    }

    private static String redirect(RouteAction.Redirect redirect) {
        var text = new StringBuilder("redirect ").append(redirect.status()).append(" to ");
        text.append(redirect.scheme().map(s -> s + "://").orElse(""));
        text.append(redirect.authority().orElse("same host"));
        redirect.port().ifPresent(p -> text.append(':').append(p));
        return text.append(
                        switch (redirect.path()) {
                            case RedirectPath.Kept() -> ", same path";
                            case RedirectPath.Replaced(String path) -> ", path " + path;
                            case RedirectPath.PrefixReplaced(String prefix) ->
                                    ", prefix becomes " + prefix;
                        })
                .toString();
    }

    private static void edits(HeaderEdit edit, List<Detail> details) {
        edits("request", edit.request(), details);
        edits("response", edit.response(), details);
    }

    private static void edits(String direction, Edits edits, List<Detail> details) {
        edits.removals().forEach(n -> add(direction + " header " + n + " removed", details));
        for (Write write : edits.writes()) {
            add(
                    direction
                            + " header "
                            + write.name()
                            + (write.replace() ? " = " : " += ")
                            + write.value(),
                    details);
        }
    }
}
