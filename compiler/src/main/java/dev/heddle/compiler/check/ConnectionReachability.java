package dev.heddle.compiler.check;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.TcpRoute;
import dev.heddle.model.istio.VirtualService.TlsRoute;
import java.util.HashSet;
import java.util.List;

/// Finds rules for connections that none reaches: behind one without a match, or with matches that
/// are repeated.
final class ConnectionReachability {
    private ConnectionReachability() {}

    static void check(Resource<VirtualService> service, Diagnostics findings) {
        rules(
                service,
                "tcp",
                service.spec().tcp().stream().map(TcpRoute::match).toList(),
                findings);
        rules(
                service,
                "tls",
                service.spec().tls().stream().map(TlsRoute::match).toList(),
                findings);
    }

    /// @param matches of each rule
    private static void rules(
            Resource<VirtualService> service,
            String field,
            List<? extends List<?>> matches,
            Diagnostics findings) {
        var seen = new HashSet<Object>();
        boolean isRest = false;
        for (int i = 0; i < matches.size(); i++) {
            FieldPath path = FieldPath.of("spec", field).index(i);
            int repeated = 0;
            for (int j = 0; j < matches.get(i).size() && !isRest; j++) {
                if (!seen.add(matches.get(i).get(j))) {
                    repeated++;
                    findings.add(
                            DiagnosticCode.INEFFECTIVE_MATCH,
                            service.origin(path.field("match").index(j)),
                            "no connection reaches this match: an earlier one is the same",
                            "Remove it");
                }
            }
            if (isRest || (repeated > 0 && repeated == matches.get(i).size())) {
                findings.add(
                        DiagnosticCode.UNREACHABLE_VIRTUAL_SERVICE_RULE,
                        service.origin(path),
                        "no connection reaches this rule: "
                                + (isRest
                                        ? "an earlier one takes every connection"
                                        : "earlier ones have the same matches"),
                        "Put it before that rule, or remove it");
            }
            isRest |= matches.get(i).isEmpty();
        }
    }
}
