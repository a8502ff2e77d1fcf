package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Precedence.Placed;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.lower.istio.Claims;
import dev.heddle.compiler.lower.istio.Cookies;
import dev.heddle.compiler.lower.istio.Matches;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.HttpRule;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.HttpRoute.Method;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRewrite;
import dev.heddle.model.match.StringMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns what a rule matches into matches of the Gateway API. What that has no condition for leaves
/// the match out, since without the condition it would take others' requests.
///
/// @param isOfSegments whether prefixes are of whole elements, as those of Ingresses are
record MatchForms(boolean isOfSegments, Losses losses) {
    private static final Set<String> EVERYTHING = Set.of(".*", "*");
    private static final String LEFT_OUT = "The match is left out";

    /// Every match of a rule at one place.
    ///
    /// @param number of the rule
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    /// @param port that clients call
    List<Placed> of(HttpRule rule, int number, String gateway, int port) {
        List<HttpMatchRequest> said = rule.spec().match();
        if (said.isEmpty()) {
            return List.of(new Placed(number, MatchForm.ALL, PathForm.Segments.ANY));
        }
        var all = new ArrayList<Placed>();
        for (int i = 0; i < said.size(); i++) {
            HttpMatchRequest match = said.get(i);
            FieldPath path = rule.path().field("match").index(i);
            if (isHere(rule, match, path, gateway, port) && Matches.problems(match).isEmpty()) {
                forms(rule, match, path)
                        .forEach(form -> all.add(new Placed(number, form, form.path())));
            }
        }
        return joined(all, rule);
    }

    private boolean isHere(
            HttpRule rule, HttpMatchRequest match, FieldPath path, String gateway, int port) {
        if (match.port().isPresent() && match.port().getAsInt() != port) {
            return false;
        }
        if (!match.gateways().isEmpty()) {
            return match.gateways().stream()
                    .anyMatch(
                            g -> BoundVirtualService.gateway(g, rule.namespace()).equals(gateway));
        }
        boolean isOfAnybody = match.sourceLabels().isEmpty() && match.sourceNamespace().isEmpty();
        if (!isOfAnybody) {
            losses.add(
                    rule.owner(),
                    path.field(match.sourceLabels().isEmpty() ? "sourceNamespace" : "sourceLabels"),
                    "a route of the Gateway API does not ask who calls",
                    LEFT_OUT);
        }
        return isOfAnybody;
    }

    private List<MatchForm> forms(HttpRule rule, HttpMatchRequest match, FieldPath path) {
        if (!match.name().isEmpty()) {
            losses.add(
                    rule.owner(),
                    path.field("name"),
                    "a match has no name in the Gateway API",
                    "Only the rule's name is kept");
        }
        if (!match.statPrefix().isEmpty()) {
            losses.add(
                    rule.owner(),
                    path.field("statPrefix"),
                    "the Gateway API names no statistics",
                    "There are none of this name");
        }
        Optional<String> lacking = lacking(match);
        if (lacking.isPresent()) {
            losses.add(
                    rule.owner(),
                    path.field(lacking.get()),
                    "the Gateway API has no condition like this",
                    LEFT_OUT);
            return List.of();
        }
        if (match.authority().isPresent()) {
            losses.add(
                    rule.owner(),
                    path.field("authority"),
                    isOfSegments
                            ? "the star of an Ingress' host is one label, and any number of them in"
                                    + " the Gateway API"
                            : "the Gateway API has no condition on the host in a rule",
                    isOfSegments ? "Hosts of more labels are taken, too" : LEFT_OUT);
            if (!isOfSegments) {
                return List.of();
            }
        }
        List<Optional<Method>> methods = methods(match);
        if (methods.isEmpty()) {
            losses.add(
                    rule.owner(),
                    path.field("method"),
                    "a method is one of "
                            + String.join(
                                    ", ", Arrays.stream(Method.values()).map(Method::name).toList())
                            + " in the Gateway API",
                    LEFT_OUT);
        }
        Map<String, ValueForm> headers = new LinkedHashMap<>();
        match.headers()
                .forEach((name, m) -> headers.put(name.toLowerCase(Locale.ROOT), ValueForm.of(m)));
        match.cookies().forEach((name, m) -> headers.put("cookie", cookie(name, m)));
        Map<String, ValueForm> query = new LinkedHashMap<>();
        match.queryParams().forEach((name, m) -> query.put(name, ValueForm.of(m)));
        PathForm uri =
                match.uri().map(m -> uri(m, match.ignoreUriCase())).orElse(PathForm.Segments.ANY);
        return methods.stream().map(m -> new MatchForm(uri, m, headers, query)).toList();
    }

    /// The first field that the Gateway API has nothing for.
    private static Optional<String> lacking(HttpMatchRequest match) {
        if (match.scheme().isPresent()) {
            return Optional.of("scheme");
        }
        if (!match.withoutHeaders().isEmpty()) {
            return Optional.of("withoutHeaders");
        }
        boolean isOfToken =
                match.headers().keySet().stream().anyMatch(n -> Claims.path(n).isPresent());
        boolean isPseudo = match.headers().keySet().stream().anyMatch(n -> n.startsWith(":"));
        if (isOfToken || isPseudo) {
            return Optional.of("headers");
        }
        boolean isTwice =
                match.cookies().size() > 1
                        || (!match.cookies().isEmpty()
                                && match.headers().keySet().stream()
                                        .anyMatch("cookie"::equalsIgnoreCase));
        return isTwice ? Optional.of("cookies") : Optional.empty();
    }

    private static ValueForm cookie(String name, StringMatch match) {
        return Cookies.header(name, match).value() instanceof ValueMatch.Regex(String regex)
                ? new ValueForm(ValueType.RegularExpression, regex)
                : ValueForm.PRESENT;
    }

    /// One for each method that is meant; none where one of them is none of the Gateway API's.
    private static List<Optional<Method>> methods(HttpMatchRequest match) {
        List<String> names =
                switch (match.method().orElse(null)) {
                    case null -> List.of();
                    case StringMatch.Exact(String exact) -> List.of(exact);
                    case StringMatch.Regex(String regex) when !EVERYTHING.contains(regex) ->
                            List.of(regex.split("\\|", -1));
                    case StringMatch.Regex _, StringMatch.Present() -> List.of();
                    case StringMatch.Prefix(String prefix) -> List.of(prefix + "*");
                };
        var all = new ArrayList<Optional<Method>>();
        for (String name : names) {
            Optional<Method> method =
                    Arrays.stream(Method.values()).filter(m -> m.name().equals(name)).findFirst();
            if (method.isEmpty()) {
                return List.of();
            }
            all.add(method);
        }
        return all.isEmpty() ? List.of(Optional.empty()) : all;
    }

    private PathForm uri(StringMatch match, boolean ignoreCase) {
        PathForm form =
                switch (match) {
                    case StringMatch.Exact(String exact) -> new PathForm.Exact(exact);
                    case StringMatch.Prefix(String prefix) -> prefix(prefix);
                    case StringMatch.Regex(String regex) -> regex(regex);
                    case StringMatch.Present() -> PathForm.Segments.ANY;
                };
        if (!ignoreCase) {
            return form;
        }
        return switch (form) {
            case PathForm.Exact(String path) ->
                    new PathForm.Regex("(?i)" + EnvoySyntax.quoted(path));
            case PathForm.Letters(String prefix) ->
                    new PathForm.Regex("(?i)" + EnvoySyntax.quoted(prefix) + ".*");
            case PathForm.Segments _, PathForm.Regex _ -> form;
        };
    }

    private PathForm prefix(String prefix) {
        if (prefix.isEmpty() || prefix.equals("/")) {
            return PathForm.Segments.ANY;
        }
        return isOfSegments ? new PathForm.Segments(prefix) : new PathForm.Letters(prefix);
    }

    /// Ingresses come to such expressions.
    private static PathForm regex(String regex) {
        if (EVERYTHING.contains(regex)) {
            return PathForm.Segments.ANY;
        }
        boolean isQuoted = regex.startsWith("\\Q") && regex.endsWith("\\E.*");
        String letters = isQuoted ? regex.substring(2, regex.length() - 4) : "";
        if (!isQuoted || letters.contains("\\E")) {
            return new PathForm.Regex(regex);
        }
        return letters.equals("/") ? PathForm.Segments.ANY : new PathForm.Letters(letters);
    }

    /// A path as it is and all below it are its elements, where both stand in one rule.
    private List<Placed> joined(List<Placed> all, HttpRule rule) {
        boolean isKept =
                rule.spec()
                        .rewrite()
                        .map(HttpRewrite::uri)
                        .filter(uri -> !uri.isEmpty() && !uri.equals("/"))
                        .or(() -> rule.spec().redirect().map(r -> r.prefixRewrite()))
                        .filter(uri -> !uri.isEmpty())
                        .isEmpty();
        var joined = new ArrayList<Placed>();
        for (Placed one : all) {
            MatchForm form = one.form();
            if (isKept && form.path() instanceof PathForm.Exact(String path)) {
                PathForm below = new PathForm.Letters(path + "/");
                if (has(all, form.with(below))) {
                    PathForm both = new PathForm.Segments(path);
                    joined.add(new Placed(one.rule(), form.with(both), both));
                    continue;
                }
            }
            if (isKept
                    && form.path() instanceof PathForm.Letters(String prefix)
                    && prefix.endsWith("/")
                    && has(
                            all,
                            form.with(
                                    new PathForm.Exact(
                                            prefix.substring(0, prefix.length() - 1))))) {
                continue;
            }
            joined.add(one);
        }
        return joined;
    }

    private static boolean has(List<Placed> all, MatchForm form) {
        return all.stream().anyMatch(p -> p.form().equals(form));
    }
}
