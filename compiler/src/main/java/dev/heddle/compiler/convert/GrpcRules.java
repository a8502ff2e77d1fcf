package dev.heddle.compiler.convert;

import dev.heddle.compiler.convert.Precedence.Placed;
import dev.heddle.compiler.convert.RuleForms.Result;
import dev.heddle.compiler.lower.gatewayapi.Matches;
import dev.heddle.compiler.lower.gatewayapi.Rank;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.GrpcRoute.FilterType;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcBackendRef;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcRouteFilter;
import dev.heddle.model.gatewayapi.GrpcRoute.MethodMatch;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.HttpBackendRef;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Turns rules for requests into those for calls of gRPC, where a GRPCRoute can say all of them.
final class GrpcRules {
    /// As the API wants names of services and methods; the path of a call is `/SERVICE/METHOD`.
    private static final String NAME = "[A-Za-z_][A-Za-z_0-9]*";

    private static final Pattern CALL =
            Pattern.compile("/(\\.?%1$s(?:\\.%1$s)*)/(%1$s)?".formatted(NAME));

    private final Map<HttpRoute.Match, GrpcRoute.Match> matches = new HashMap<>();

    private GrpcRules() {}

    /// The rules; empty where a GRPCRoute cannot say them, or where other ones would decide there.
    static Optional<List<GrpcRoute.Rule>> of(Result result) {
        var forms = new GrpcRules();
        var ranks = new ArrayList<Rank>();
        for (Placed placed : result.matches()) {
            Optional<GrpcRoute.Match> match = match(placed.form());
            if (match.isEmpty()) {
                return Optional.empty();
            }
            forms.matches.put(placed.form().match(), match.get());
            Matches.grpc(match.get()).ifPresent(m -> ranks.add(m.rank()));
        }
        if (ranks.size() < result.matches().size() || !isInOrder(result.matches(), ranks)) {
            return Optional.empty();
        }
        var rules = new ArrayList<GrpcRoute.Rule>();
        for (HttpRoute.Rule rule : result.rules()) {
            Optional<GrpcRoute.Rule> made = forms.rule(rule);
            if (made.isEmpty()) {
                return Optional.empty();
            }
            rules.add(made.get());
        }
        return Optional.of(rules);
    }

    /// Whether the earlier rule decides about calls that two take.
    private static boolean isInOrder(List<Placed> all, List<Rank> ranks) {
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                if (all.get(i).rule() != all.get(j).rule()
                        && ranks.get(j).compareTo(ranks.get(i)) < 0
                        && !(all.get(i).form().meet(all.get(j).form())
                                instanceof Meeting.Nothing)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Optional<GrpcRoute.Match> match(MatchForm form) {
        if (form.method().isPresent() || !form.query().isEmpty()) {
            return Optional.empty();
        }
        return switch (form.path()) {
            case PathForm.Exact(String path) -> match(path, true, form);
            case PathForm.Letters(String prefix) -> match(prefix, false, form);
            case PathForm.Segments segments ->
                    segments.equals(PathForm.Segments.ANY)
                            ? Optional.of(
                                    new GrpcRoute.Match(Optional.empty(), form.match().headers()))
                            : Optional.empty();
            case PathForm.Regex _ -> Optional.empty();
        };
    }

    /// @param isWhole whether the path has a method; without one it ends with a slash
    private static Optional<GrpcRoute.Match> match(String path, boolean isWhole, MatchForm form) {
        Matcher call = CALL.matcher(path);
        if (!call.matches() || (call.group(2) != null) != isWhole) {
            return Optional.empty();
        }
        return Optional.of(
                new GrpcRoute.Match(
                        Optional.of(
                                new MethodMatch(
                                        ValueType.Exact,
                                        Optional.of(call.group(1)),
                                        Optional.ofNullable(call.group(2)))),
                        form.match().headers()));
    }

    private Optional<GrpcRoute.Rule> rule(HttpRoute.Rule rule) {
        Optional<List<GrpcRouteFilter>> filters = filters(rule.filters());
        var refs = new ArrayList<GrpcBackendRef>();
        for (HttpBackendRef ref : rule.backendRefs()) {
            filters(ref.filters()).ifPresent(own -> refs.add(ref(ref, own)));
        }
        boolean isSaid =
                filters.isPresent()
                        && !refs.isEmpty()
                        && refs.size() == rule.backendRefs().size()
                        && rule.timeouts().isEmpty()
                        && rule.retry().isEmpty();
        return isSaid
                ? Optional.of(
                        new GrpcRoute.Rule(
                                rule.name(),
                                rule.matches().stream().map(this::made).toList(),
                                filters.get(),
                                refs,
                                rule.sessionPersistence()))
                : Optional.empty();
    }

    private GrpcRoute.Match made(HttpRoute.Match match) {
        GrpcRoute.Match made = matches.get(match);
        if (made == null) {
            throw new AssertionError(match + ": of no rule");
        }
        return made;
    }

    private static GrpcBackendRef ref(HttpBackendRef ref, List<GrpcRouteFilter> filters) {
        return new GrpcBackendRef(
                ref.group(),
                ref.kind(),
                ref.name(),
                ref.namespace(),
                ref.port(),
                ref.weight(),
                filters);
    }

    private static Optional<List<GrpcRouteFilter>> filters(List<HttpRouteFilter> said) {
        var made = new ArrayList<GrpcRouteFilter>();
        for (HttpRouteFilter filter : said) {
            type(filter)
                    .ifPresent(type ->
                            made.add(
                                    new GrpcRouteFilter(
                                            type,
                                            filter.requestHeaderModifier(),
                                            filter.responseHeaderModifier(),
                                            filter.requestMirror(),
                                            Optional.empty())));
        }
        return made.size() == said.size() ? Optional.of(made) : Optional.empty();
    }

    private static Optional<FilterType> type(HttpRouteFilter filter) {
        return switch (filter.type()) {
            case RequestHeaderModifier -> Optional.of(FilterType.RequestHeaderModifier);
            case ResponseHeaderModifier -> Optional.of(FilterType.ResponseHeaderModifier);
            case RequestMirror -> Optional.of(FilterType.RequestMirror);
            case RequestRedirect, URLRewrite, CORS, ExternalAuth, ExtensionRef -> Optional.empty();
        };
    }
}
