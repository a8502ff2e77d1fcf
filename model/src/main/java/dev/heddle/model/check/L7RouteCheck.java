package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.HttpRoute.HeaderMatch;
import dev.heddle.model.gatewayapi.L7Rule;
import dev.heddle.model.gatewayapi.Route;
import dev.heddle.model.gatewayapi.RouteFilter;
import java.util.List;

/// Looks at what HTTPRoutes and GRPCRoutes have in common.
///
/// @param match looks at one of a rule's matches
/// @param filters looks at the filters of a rule, or of one of its backends
record L7RouteCheck<M, F extends RouteFilter>(Part<M> match, Part<List<F>> filters) {
    private static final FieldPath RULES = FieldPath.of("spec", "rules");
    private static final int MOST = 16;
    private static final int MOST_MATCHES = 64;
    private static final int MOST_MATCHES_IN_ALL = 128;

    /// Looks at a part of a route.
    interface Part<P> {
        /// Looks at one.
        void check(P part, FieldPath path, Findings findings);
    }

    void check(Route<? extends L7Rule<M, F>> route, Findings findings) {
        RouteFrameCheck.check(route, MOST, MOST, findings);
        int matches = route.rules().stream().mapToInt(r -> r.matches().size()).sum();
        if (matches > MOST_MATCHES_IN_ALL) {
            findings.error(
                    RULES,
                    matches + " matches in all (expected: at most " + MOST_MATCHES_IN_ALL + ")");
        }
        for (int i = 0; i < route.rules().size(); i++) {
            checkRule(route.rules().get(i), RULES.index(i), findings);
        }
    }

    private void checkRule(L7Rule<M, F> rule, FieldPath path, Findings findings) {
        GatewayTexts.most(rule.matches(), MOST_MATCHES, path.field("matches"), findings);
        for (int i = 0; i < rule.matches().size(); i++) {
            match.check(rule.matches().get(i), path.field("matches").index(i), findings);
        }
        filters.check(rule.filters(), path.field("filters"), findings);
        RouteFrameCheck.checkBackends(rule, path, findings);
        for (int i = 0; i < rule.backendRefs().size(); i++) {
            filters.check(
                    rule.backendRefs().get(i).filters(),
                    path.field("backendRefs").index(i).field("filters"),
                    findings);
        }
        rule.sessionPersistence()
                .ifPresent(s ->
                        SessionPersistenceCheck.check(
                                s, path.field("sessionPersistence"), findings));
    }

    /// @param path of the list
    static void checkHeaders(
            List<HeaderMatch> headers, Part<String> value, FieldPath path, Findings findings) {
        GatewayTexts.most(headers, MOST, path, findings);
        GatewayTexts.unique(headers, HeaderMatch::name, path, findings);
        for (int i = 0; i < headers.size(); i++) {
            GatewayTexts.token(headers.get(i).name(), path.index(i).field("name"), findings);
            value.check(headers.get(i).value(), path.index(i).field("value"), findings);
        }
    }
}
