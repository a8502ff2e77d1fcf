package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.mesh.SignalShare;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.AccessLogging;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.telemetry.CelExpression;
import dev.heddle.telemetry.CelSyntaxException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Checks what Telemetries say of access logs: whom they name, and which requests they mean, and of
/// how many the control plane is told.
final class TelemetryCheck {
    private TelemetryCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        Set<String> known = new TreeSet<>(index.observers().logging().usable().keySet());
        if (index.observers().takesLogs()) {
            known.add(Observers.CONTROL_PLANE);
        }
        for (Resource<Telemetry> telemetry : index.resources().all(Kinds.TELEMETRY)) {
            List<AccessLogging> logs = telemetry.spec().accessLogging();
            for (int i = 0; i < logs.size(); i++) {
                FieldPath at = FieldPath.of("spec", "accessLogging").index(i);
                providers(telemetry, logs.get(i), at.field("providers"), known, findings);
                filter(telemetry, logs.get(i), at.field("filter").field("expression"), findings);
            }
            share(telemetry, findings);
        }
    }

    private static void providers(
            Resource<Telemetry> telemetry,
            AccessLogging log,
            FieldPath at,
            Set<String> known,
            Diagnostics findings) {
        for (int i = 0; i < log.providers().size(); i++) {
            String name = log.providers().get(i).name();
            if (!known.contains(name)) {
                findings.add(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        telemetry.origin(at.index(i).field("name")),
                        "'" + name + "' takes no access logs (expected: one of " + known + ")",
                        "Nothing is logged there until the mesh's extensionProviders have it");
            }
        }
    }

    private static void share(Resource<Telemetry> telemetry, Diagnostics findings) {
        SignalShare.said(telemetry)
                .filter(said -> SignalShare.read(said).isEmpty())
                .ifPresent(said ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                telemetry.origin(
                                        FieldPath.of(
                                                "metadata", "annotations", SignalShare.ANNOTATION)),
                                "'" + said + "' (expected: a whole number from 0 to 100)",
                                "It is a share in percent; 5 counts until then"));
    }

    private static void filter(
            Resource<Telemetry> telemetry, AccessLogging log, FieldPath at, Diagnostics findings) {
        log.filter()
                .ifPresent(filter -> {
                    try {
                        CelExpression.compile(filter.expression());
                    } catch (CelSyntaxException e) {
                        findings.add(
                                DiagnosticCode.NOT_IMPLEMENTED,
                                telemetry.origin(at),
                                String.valueOf(e.getMessage()),
                                "Heddle's own proxy refuses listeners with it and stays with what"
                                        + " it had; Envoy is given it as it stands");
                    }
                });
    }
}
