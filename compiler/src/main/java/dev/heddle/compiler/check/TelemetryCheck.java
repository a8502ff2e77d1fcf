package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.mesh.LoggingProviders;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.AccessLogging;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.telemetry.CelExpression;
import dev.heddle.telemetry.CelSyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks what Telemetries say of access logs: whom they name, and which requests they mean.
final class TelemetryCheck {
    private TelemetryCheck() {}

    static void check(MeshIndex index, Optional<MeshConfig> mesh, Diagnostics findings) {
        Set<String> known = LoggingProviders.of(mesh, index.services()).usable().keySet();
        for (Resource<Telemetry> telemetry : index.resources().all(Kinds.TELEMETRY)) {
            List<AccessLogging> logs = telemetry.spec().accessLogging();
            for (int i = 0; i < logs.size(); i++) {
                FieldPath at = FieldPath.of("spec", "accessLogging").index(i);
                providers(telemetry, logs.get(i), at.field("providers"), known, findings);
                filter(telemetry, logs.get(i), at.field("filter").field("expression"), findings);
            }
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
