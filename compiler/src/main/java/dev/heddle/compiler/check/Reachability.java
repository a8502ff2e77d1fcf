package dev.heddle.compiler.check;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.match.StringMatch;
import java.util.List;

/// Finds rules that no request reaches, because an earlier one takes every request.
final class Reachability {
    private Reachability() {}

    static void check(BoundVirtualService service, Diagnostics findings) {
        List<HttpRoute> rules = service.resource().spec().http();
        FieldPath taker = null;
        for (int i = 0; i < rules.size(); i++) {
            FieldPath path = FieldPath.of("spec", "http").index(i);
            if (taker != null) {
                findings.add(
                        DiagnosticCode.UNREACHABLE_RULE,
                        service.resource().origin(path),
                        "no request reaches this rule: " + taker + " takes every request",
                        "Put it before that rule, or give that rule a match");
                continue;
            }
            HttpRoute rule = rules.get(i);
            if (rule.match().isEmpty()) {
                taker = path;
            }
            for (int j = 0; j < rule.match().size(); j++) {
                FieldPath at = path.field("match").index(j);
                if (taker != null) {
                    findings.add(
                            DiagnosticCode.UNREACHABLE_RULE,
                            service.resource().origin(at),
                            "no request reaches this match: " + taker + " takes every request",
                            "Remove it");
                } else if (takesEverything(rule.match().get(j))) {
                    taker = at;
                }
            }
        }
    }

    private static boolean takesEverything(HttpMatchRequest match) {
        boolean anyPath =
                match.uri()
                        .map(m ->
                                switch (m) {
                                    case StringMatch.Prefix(String p) -> p.equals("/");
                                    case StringMatch.Regex(String r) ->
                                            r.equals(".*") || r.equals("*");
                                    case StringMatch.Present() -> true;
                                    case StringMatch.Exact _ -> false;
                                })
                        .orElse(true);
        return anyPath
                && match.scheme().isEmpty()
                && match.method().isEmpty()
                && match.authority().isEmpty()
                && match.headers().isEmpty()
                && match.withoutHeaders().isEmpty()
                && match.queryParams().isEmpty()
                && match.port().isEmpty()
                && match.sourceLabels().isEmpty()
                && match.sourceNamespace().isEmpty()
                && match.gateways().isEmpty();
    }
}
