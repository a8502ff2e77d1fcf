package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.GrpcRoute.FilterType;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcRouteFilter;
import dev.heddle.model.gatewayapi.GrpcRoute.Match;
import dev.heddle.model.gatewayapi.GrpcRoute.MethodMatch;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at GRPCRoutes, as their CRD does.
final class KubernetesGrpcRouteCheck implements Check<GrpcRoute> {
    private static final Pattern SERVICE =
            Pattern.compile("(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");
    private static final Set<FilterType> ONCE =
            Set.of(FilterType.RequestHeaderModifier, FilterType.ResponseHeaderModifier);
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_VALUE = 4096;

    private static final L7RouteCheck<Match, GrpcRouteFilter> CHECK =
            new L7RouteCheck<>(
                    KubernetesGrpcRouteCheck::checkMatch, KubernetesGrpcRouteCheck::checkFilters);

    @Override
    public void check(Resource<GrpcRoute> resource, Findings findings) {
        CHECK.check(resource.spec(), findings);
    }

    private static void checkMatch(Match match, FieldPath path, Findings findings) {
        match.method().ifPresent(m -> checkMethod(m, path.field("method"), findings));
        L7RouteCheck.checkHeaders(
                match.headers(),
                (value, at, to) -> GatewayTexts.longest(value, LONGEST_VALUE, at, to),
                path.field("headers"),
                findings);
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
            GatewayTexts.longest(n, LONGEST_NAME, path, findings);
            if (isExact && !pattern.matcher(n).matches()) {
                findings.invalid(path, n, "a name of gRPC");
            }
        });
    }

    private static void checkFilters(
            List<GrpcRouteFilter> filters, FieldPath path, Findings findings) {
        RouteFilterCheck.checkTypes(filters, GrpcRouteFilter::type, ONCE, path, findings);
        for (int i = 0; i < filters.size(); i++) {
            RouteFilterCheck.check(filters.get(i), filters.get(i).type(), path.index(i), findings);
        }
    }
}
