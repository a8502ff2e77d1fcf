package dev.heddle.compiler.analyze;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.service.Hostname;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Looks at the times within one rule: attempts, and connections, that may take longer than the
/// rule has.
final class TimeoutAnalyzer implements Analyzer {

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        MeshIndex index = subject.world().index();
        for (BoundVirtualService service : index.virtualServices().all()) {
            List<HttpRoute> rules = service.resource().spec().http();
            for (int i = 0; i < rules.size(); i++) {
                Optional<Duration> whole = rules.get(i).timeout().filter(t -> !t.isZero());
                FieldPath path = FieldPath.of("spec", "http").index(i);
                if (whole.isPresent()) {
                    attempts(service, rules.get(i), whole.get(), path, findings);
                    connections(index, service, rules.get(i), whole.get(), path, findings);
                }
            }
        }
    }

    private static void attempts(
            BoundVirtualService service,
            HttpRoute rule,
            Duration whole,
            FieldPath path,
            Diagnostics findings) {
        rule.retries()
                .filter(r -> r.attempts() > 0)
                .flatMap(HttpRetry::perTryTimeout)
                .filter(each -> each.compareTo(whole) >= 0)
                .ifPresent(each ->
                        findings.add(
                                DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                service.resource()
                                        .origin(path.field("retries").field("perTryTimeout")),
                                ("an attempt may take %s, and the whole request %s: a slow one"
                                                + " is never tried again")
                                        .formatted(text(each), text(whole)),
                                "Give each attempt a part of the rule's timeout"));
    }

    private static void connections(
            MeshIndex index,
            BoundVirtualService service,
            HttpRoute rule,
            Duration whole,
            FieldPath path,
            Diagnostics findings) {
        for (var to : rule.route()) {
            if (to.destination().host().isEmpty()) {
                continue;
            }
            Hostname host = index.complete(to.destination().host(), service.namespace());
            index.services()
                    .find(host, service.namespace())
                    .flatMap(s ->
                            index.destinationRules()
                                    .known(host, service.namespace(), s.service().namespace()))
                    .ifPresent(policies ->
                            policies.policy()
                                    .flatMap(TrafficPolicy::connectionPool)
                                    .flatMap(p -> p.tcp())
                                    .flatMap(tcp -> tcp.connectTimeout())
                                    .filter(connect -> connect.compareTo(whole) >= 0)
                                    .ifPresent(connect ->
                                            findings.add(
                                                    DiagnosticCode.CONTRADICTING_TIMEOUTS,
                                                    service.resource()
                                                            .origin(path.field("timeout")),
                                                    ("a connection to %s may take %s (%s), and"
                                                                    + " the whole request %s")
                                                            .formatted(
                                                                    host,
                                                                    text(connect),
                                                                    policies.origin(),
                                                                    text(whole)),
                                                    "Give the connection less time than the"
                                                            + " request")));
        }
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
