package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.Match;
import dev.heddle.model.gatewayapi.HttpRoute.PathMatch;
import dev.heddle.model.gatewayapi.HttpRoute.PathType;
import dev.heddle.model.gatewayapi.HttpRoute.Retry;
import dev.heddle.model.gatewayapi.HttpRoute.Rule;
import dev.heddle.model.gatewayapi.HttpRoute.Timeouts;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifier;
import dev.heddle.model.gatewayapi.HttpRouteFilter.PathModifierType;
import dev.heddle.model.gatewayapi.RouteDuration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Looks at HTTPRoutes, as their CRD does.
final class KubernetesHttpRouteCheck implements Check<HttpRoute> {
    private static final FieldPath RULES = FieldPath.of("spec", "rules");
    private static final Pattern PATH =
            Pattern.compile("(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+");
    private static final List<String> NOT_WITHIN = List.of("//", "/./", "/../", "%2f", "%2F", "#");
    private static final List<String> NOT_AT_END = List.of("/..", "/.");
    private static final int MOST = 16;
    private static final int LONGEST = 1024;

    private static final L7RouteCheck<Match, HttpRouteFilter> CHECK =
            new L7RouteCheck<>(KubernetesHttpRouteCheck::checkMatch, HttpRouteFilterCheck::check);

    @Override
    public void check(Resource<HttpRoute> resource, Findings findings) {
        CHECK.check(resource.spec(), findings);
        List<Rule> rules = resource.spec().rules();
        for (int i = 0; i < rules.size(); i++) {
            checkRule(rules.get(i), RULES.index(i), findings);
        }
    }

    private static void checkRule(Rule rule, FieldPath path, Findings findings) {
        checkRedirect(rule, path, findings);
        checkPrefixes(rule, path, findings);
        rule.timeouts().ifPresent(t -> checkTimeouts(t, path.field("timeouts"), findings));
        rule.retry().ifPresent(r -> checkRetry(r, path.field("retry"), findings));
    }

    private static void checkRedirect(Rule rule, FieldPath path, Findings findings) {
        boolean redirects = rule.filters().stream().anyMatch(f -> f.requestRedirect().isPresent());
        if (redirects && !rule.backendRefs().isEmpty()) {
            findings.exclusive(path, "RequestRedirect", "backendRefs");
        }
    }

    /// Where a prefix is replaced it must be clear which.
    private static void checkPrefixes(Rule rule, FieldPath path, Findings findings) {
        boolean isOnePrefix =
                rule.matches().isEmpty()
                        || (rule.matches().size() == 1
                                && rule.matches()
                                        .getFirst()
                                        .path()
                                        .map(p -> p.type() == PathType.PathPrefix)
                                        .orElse(true));
        if (isOnePrefix) {
            return;
        }
        Stream<HttpRouteFilter> all =
                Stream.concat(
                        rule.filters().stream(),
                        rule.backendRefs().stream().flatMap(b -> b.filters().stream()));
        boolean replaces =
                all.flatMap(f ->
                                Stream.of(
                                        f.requestRedirect().flatMap(r -> r.path()),
                                        f.urlRewrite().flatMap(r -> r.path())))
                        .anyMatch(KubernetesHttpRouteCheck::replacesPrefix);
        if (replaces) {
            findings.error(
                    path.field("matches"),
                    "which prefix does replacePrefixMatch replace? (expected: exactly one match,"
                            + " by PathPrefix)");
        }
    }

    private static boolean replacesPrefix(Optional<PathModifier> modifier) {
        return modifier.filter(p ->
                        p.type() == PathModifierType.ReplacePrefixMatch
                                && p.replacePrefixMatch().isPresent())
                .isPresent();
    }

    private static void checkMatch(Match match, FieldPath path, Findings findings) {
        match.path().ifPresent(p -> checkPath(p, path.field("path"), findings));
        L7RouteCheck.checkHeaders(
                match.headers(), GatewayTexts::headerValue, path.field("headers"), findings);
        FieldPath query = path.field("queryParams");
        GatewayTexts.most(match.queryParams(), MOST, query, findings);
        GatewayTexts.unique(match.queryParams(), HttpRoute.QueryParamMatch::name, query, findings);
        for (int i = 0; i < match.queryParams().size(); i++) {
            HttpRoute.QueryParamMatch param = match.queryParams().get(i);
            GatewayTexts.token(param.name(), query.index(i).field("name"), findings);
            GatewayTexts.longest(param.value(), LONGEST, query.index(i).field("value"), findings);
        }
    }

    private static void checkPath(PathMatch match, FieldPath path, Findings findings) {
        String value = match.valueOrRoot();
        FieldPath at = path.field("value");
        GatewayTexts.longest(value, LONGEST, at, findings);
        if (match.type() == PathType.RegularExpression) {
            return;
        }
        if (!value.startsWith("/")) {
            findings.invalid(at, value, "'/' at the beginning");
        } else if (!PATH.matcher(value).matches()) {
            findings.invalid(at, value, "characters of a path");
        }
        NOT_WITHIN.stream()
                .filter(value::contains)
                .forEach(part -> findings.invalid(at, value, "no '" + part + "'"));
        NOT_AT_END.stream()
                .filter(value::endsWith)
                .forEach(part -> findings.invalid(at, value, "no '" + part + "' at the end"));
    }

    private static void checkTimeouts(Timeouts timeouts, FieldPath path, Findings findings) {
        Optional<RouteDuration> request = timeouts.request().filter(r -> !r.length().isZero());
        Optional<RouteDuration> backend = timeouts.backendRequest();
        if (request.isPresent()
                && backend.isPresent()
                && backend.get().length().compareTo(request.get().length()) > 0) {
            findings.invalid(
                    path.field("backendRequest"),
                    backend.get(),
                    "at most " + request.get() + ", the request's");
        }
    }

    private static void checkRetry(Retry retry, FieldPath path, Findings findings) {
        GatewayTexts.unique(retry.codes(), c -> c, path.field("codes"), findings);
        for (int i = 0; i < retry.codes().size(); i++) {
            int code = retry.codes().get(i);
            if (code < 400 || code > 599) {
                findings.invalid(path.field("codes").index(i), code, "400 to 599");
            }
        }
        if (retry.attempts().orElse(1) < 1) {
            findings.invalid(path.field("attempts"), retry.attempts().getAsInt(), ">= 1");
        }
    }
}
