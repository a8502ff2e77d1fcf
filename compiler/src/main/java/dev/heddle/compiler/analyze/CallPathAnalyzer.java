package dev.heddle.compiler.analyze;

import dev.heddle.compiler.analyze.CallPaths.Call;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.service.Hostname;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Looks at retries and timeouts along paths of calls: attempts of one tier that multiply with
/// those of the next, and tiers that wait longer than those who wait for them.
final class CallPathAnalyzer implements Analyzer {
    /// Three attempts in each of two tiers: less is hardly felt.
    private static final int MANY = 9;

    /// A rule by which requests get to a host.
    private record Leg(BoundVirtualService service, HttpRoute rule, FieldPath path) {
        Origin at(String field) {
            return service.resource().origin(path.field(field));
        }

        /// Attempts that somebody has asked for.
        int attempts() {
            return 1 + rule.retries().map(HttpRetry::attempts).orElse(0);
        }
    }

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        MeshIndex index = subject.world().index();
        Map<Hostname, List<Leg>> legs = legs(index);
        for (Call call : new CallPaths(index).all()) {
            for (Leg outer : legs.getOrDefault(call.from(), List.of())) {
                legs.getOrDefault(call.to(), List.of()).stream()
                        .filter(inner -> inner.service().isFor(BoundVirtualService.MESH))
                        .forEach(inner -> {
                            retries(call, outer, inner, findings);
                            timeouts(call, outer, inner, findings);
                        });
            }
        }
    }

    private static Map<Hostname, List<Leg>> legs(MeshIndex index) {
        var legs = new LinkedHashMap<Hostname, List<Leg>>();
        for (BoundVirtualService service : index.virtualServices().all()) {
            List<HttpRoute> rules = service.resource().spec().http();
            for (int i = 0; i < rules.size(); i++) {
                var leg = new Leg(service, rules.get(i), FieldPath.of("spec", "http").index(i));
                rules.get(i).route().stream()
                        .map(to -> to.destination().host())
                        .filter(host -> !host.isEmpty())
                        .map(host -> index.complete(host, service.namespace()))
                        .distinct()
                        .forEach(host ->
                                legs.computeIfAbsent(host, _ -> new ArrayList<>()).add(leg));
            }
        }
        return legs;
    }

    private static void retries(Call call, Leg outer, Leg inner, Diagnostics findings) {
        int product = outer.attempts() * inner.attempts();
        if (outer.attempts() > 1 && inner.attempts() > 1 && product >= MANY) {
            findings.add(
                    DiagnosticCode.MULTIPLYING_RETRIES,
                    inner.at("retries"),
                    ("while %s fails, one request for %s becomes %d: %d attempts there (%s),"
                                    + " each with %d here")
                            .formatted(
                                    call.to(),
                                    call.from(),
                                    product,
                                    outer.attempts(),
                                    outer.at("retries"),
                                    inner.attempts()),
                    "Retry in one of the two tiers, with 'attempts: 0' in the other");
        }
    }

    private static void timeouts(Call call, Leg outer, Leg inner, Diagnostics findings) {
        if (outer.rule().timeout().isEmpty() || inner.rule().timeout().isEmpty()) {
            return;
        }
        Duration waits = outer.rule().timeout().get();
        Duration allowed = inner.rule().timeout().get();
        if (!waits.isZero() && (allowed.isZero() || allowed.compareTo(waits) > 0)) {
            findings.add(
                    DiagnosticCode.CONTRADICTING_TIMEOUTS,
                    inner.at("timeout"),
                    ("%s may take %s here, and who waits for %s, which calls it, gives up after"
                                    + " %s (%s)")
                            .formatted(
                                    call.to(),
                                    allowed.isZero() ? "for ever" : text(allowed),
                                    call.from(),
                                    text(waits),
                                    outer.at("timeout")),
                    "Make this one shorter than that");
        }
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
