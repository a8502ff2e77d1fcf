package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.GrpcRoute.FilterType;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcBackendRef;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcRouteFilter;
import dev.heddle.model.gatewayapi.GrpcRoute.Match;
import dev.heddle.model.gatewayapi.GrpcRoute.MethodMatch;
import dev.heddle.model.gatewayapi.GrpcRoute.Rule;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at GRPCRoutes, as their CRD does.
final class KubernetesGrpcRouteCheck implements Check<GrpcRoute> {
    private static final FieldPath RULES = FieldPath.of("spec", "rules");
    private static final Pattern SERVICE =
            Pattern.compile("(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");
    private static final Set<FilterType> ONCE =
            Set.of(FilterType.RequestHeaderModifier, FilterType.ResponseHeaderModifier);
    private static final int MOST = 16;
    private static final int MOST_MATCHES = 64;
    private static final int MOST_MATCHES_IN_ALL = 128;

    @Override
    public void check(Resource<GrpcRoute> resource, Findings findings) {
        GrpcRoute spec = resource.spec();
        RouteFrameCheck.checkParents(spec.parentRefs(), findings);
        RouteFrameCheck.checkHostnames(spec.hostnames(), MOST, findings);
        RouteFrameCheck.checkNames(spec.rules().stream().map(Rule::name).toList(), findings);
        GatewayTexts.most(spec.rules(), MOST, RULES, findings);
        int matches = spec.rules().stream().mapToInt(r -> r.matches().size()).sum();
        if (matches > MOST_MATCHES_IN_ALL) {
            findings.error(
                    RULES,
                    matches + " matches in all (expected: at most " + MOST_MATCHES_IN_ALL + ")");
        }
        for (int i = 0; i < spec.rules().size(); i++) {
            checkRule(spec.rules().get(i), RULES.index(i), findings);
        }
    }

    private static void checkRule(Rule rule, FieldPath path, Findings findings) {
        GatewayTexts.most(rule.matches(), MOST_MATCHES, path.field("matches"), findings);
        for (int i = 0; i < rule.matches().size(); i++) {
            checkMatch(rule.matches().get(i), path.field("matches").index(i), findings);
        }
        checkFilters(rule.filters(), path.field("filters"), findings);
        GatewayTexts.most(rule.backendRefs(), MOST, path.field("backendRefs"), findings);
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            GrpcBackendRef ref = rule.backendRefs().get(i);
            FieldPath at = path.field("backendRefs").index(i);
            RouteFrameCheck.checkBackend(ref.reference(), at, findings);
            RouteFrameCheck.checkWeight(ref.weight(), at, findings);
            checkFilters(ref.filters(), at.field("filters"), findings);
        }
        rule.sessionPersistence()
                .ifPresent(s ->
                        SessionPersistenceCheck.check(
                                s, path.field("sessionPersistence"), findings));
    }

    private static void checkMatch(Match match, FieldPath path, Findings findings) {
        match.method().ifPresent(m -> checkMethod(m, path.field("method"), findings));
        FieldPath headers = path.field("headers");
        GatewayTexts.most(match.headers(), MOST, headers, findings);
        GatewayTexts.unique(match.headers(), GrpcRoute.HeaderMatch::name, headers, findings);
        for (int i = 0; i < match.headers().size(); i++) {
            GrpcRoute.HeaderMatch header = match.headers().get(i);
            GatewayTexts.token(header.name(), headers.index(i).field("name"), findings);
            GatewayTexts.longest(header.value(), 4096, headers.index(i).field("value"), findings);
        }
    }

    private static void checkMethod(MethodMatch match, FieldPath path, Findings findings) {
        if (match.service().isEmpty() && match.method().isEmpty()) {
            findings.missing(path, "it says nothing (expected: service, method, or both)");
        }
        boolean isExact = match.type() == ValueType.Exact;
        checkMethod(match.service(), isExact, SERVICE, path.field("service"), findings);
        checkMethod(match.method(), isExact, METHOD, path.field("method"), findings);
    }

    private static void checkMethod(
            Optional<String> name,
            boolean isExact,
            Pattern pattern,
            FieldPath path,
            Findings findings) {
        name.ifPresent(n -> {
            GatewayTexts.longest(n, 1024, path, findings);
            if (isExact && !pattern.matcher(n).matches()) {
                findings.invalid(path, n, "a name of gRPC");
            }
        });
    }

    private static void checkFilters(
            List<GrpcRouteFilter> filters, FieldPath path, Findings findings) {
        GatewayTexts.most(filters, MOST, path, findings);
        Map<FilterType, Integer> count = new EnumMap<>(FilterType.class);
        for (int i = 0; i < filters.size(); i++) {
            GrpcRouteFilter filter = filters.get(i);
            checkFilter(filter, path.index(i), findings);
            if (count.merge(filter.type(), 1, Integer::sum) == 2 && ONCE.contains(filter.type())) {
                findings.error(path.index(i), "a second " + filter.type() + " (expected: one)");
            }
        }
    }

    private static void checkFilter(GrpcRouteFilter filter, FieldPath path, Findings findings) {
        only(
                filter,
                FilterType.RequestHeaderModifier,
                filter.requestHeaderModifier(),
                path,
                findings);
        only(
                filter,
                FilterType.ResponseHeaderModifier,
                filter.responseHeaderModifier(),
                path,
                findings);
        only(filter, FilterType.RequestMirror, filter.requestMirror(), path, findings);
        only(filter, FilterType.ExtensionRef, filter.extensionRef(), path, findings);
        filter.requestHeaderModifier()
                .ifPresent(m ->
                        HttpRouteFilterCheck.checkHeaders(
                                m, path.field("requestHeaderModifier"), findings));
        filter.responseHeaderModifier()
                .ifPresent(m ->
                        HttpRouteFilterCheck.checkHeaders(
                                m, path.field("responseHeaderModifier"), findings));
        filter.requestMirror()
                .ifPresent(m ->
                        HttpRouteFilterCheck.checkMirror(m, path.field("requestMirror"), findings));
        filter.extensionRef()
                .ifPresent(e ->
                        HttpRouteFilterCheck.checkExtension(
                                e, path.field("extensionRef"), findings));
    }

    private static void only(
            GrpcRouteFilter filter,
            FilterType of,
            Optional<?> component,
            FieldPath path,
            Findings findings) {
        HttpRouteFilterCheck.only(
                filter.type() == of,
                HttpRouteFilterCheck.fieldOf(of.name()),
                filter.type().name(),
                component,
                path,
                findings);
    }
}
