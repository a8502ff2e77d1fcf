package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.mesh.TailKeeping;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.observe.TracingProviders;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.istio.Telemetry;
import java.util.List;

/// Checks that somebody takes the spans that Telemetries ask for, and what they say of those that
/// are told of in the end.
final class TracingCheck {
    private TracingCheck() {}

    static void check(
            List<Resource<Telemetry>> telemetries, Observers observers, Diagnostics findings) {
        boolean knowsProviders = observers.mesh().isPresent();
        telemetries.forEach(it -> check(it, observers.tracing(), knowsProviders, findings));
    }

    private static void check(
            Resource<Telemetry> telemetry,
            TracingProviders providers,
            boolean knowsProviders,
            Diagnostics findings) {
        List<Telemetry.Tracing> all = telemetry.spec().tracing();
        for (int i = 0; i < all.size(); i++) {
            List<Telemetry.ProviderRef> named = all.get(i).providers();
            FieldPath at = FieldPath.of("spec", "tracing").index(i).field("providers");
            if (!named.isEmpty() && !providers.usable().containsKey(named.getFirst().name())) {
                // Where nobody says what the mesh has, it may yet have the provider.
                findings.add(
                        new Diagnostic(
                                DiagnosticCode.INVALID_VALUE,
                                knowsProviders
                                        ? DiagnosticCode.INVALID_VALUE.severity()
                                        : Severity.INFO,
                                telemetry.origin(at.index(0).field("name")),
                                "'"
                                        + named.getFirst().name()
                                        + "' takes no spans (expected: a usable provider of the"
                                        + " mesh's extensionProviders: zipkin, opentelemetry,"
                                        + " skywalking or datadog)",
                                "No request is followed until then"));
            }
            for (int j = 1; j < named.size(); j++) {
                findings.add(
                        DiagnosticCode.INVALID_VALUE,
                        telemetry.origin(at.index(j)),
                        "a second provider takes no spans (expected: one)",
                        "Only the first is told; take the others out");
            }
        }
        TailKeeping.said(telemetry)
                .filter(said -> TailKeeping.read(said).isEmpty())
                .ifPresent(said ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                telemetry.origin(
                                        FieldPath.of(
                                                "metadata", "annotations", TailKeeping.ANNOTATION)),
                                "'" + said + "' (expected: errors, slower=DURATION, or both)",
                                "As in: errors, slower=500ms; it counts as nothing until then"));
    }
}
