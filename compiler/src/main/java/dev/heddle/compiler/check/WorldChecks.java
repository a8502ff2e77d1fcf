package dev.heddle.compiler.check;

import dev.heddle.compiler.select.Ingresses;
import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.xds.patch.Patched;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.kinds.Kinds;
import java.util.List;

/// Every check of a world.
public final class WorldChecks {
    private WorldChecks() {}

    /// The findings, in reading order.
    ///
    /// @param meshNamespace where the settings of the mesh are looked for
    public static List<Diagnostic> of(MeshIndex index, String meshNamespace) {
        var findings = new Diagnostics();
        index.virtualServices()
                .all()
                .forEach(vs -> new VirtualServiceCheck(index, vs, findings).check());
        HostConflicts.check(index, findings);
        DestinationRuleCheck.check(index, findings);
        GatewayCheck.check(index, findings);
        ServiceCheck.check(index, findings);
        SidecarCheck.check(index, findings);
        ProcessCheck.check(index, findings);
        HealthCheckPolicyCheck.check(index, findings);
        SecretCheck.check(index, findings);
        MeshConfigCheck.check(
                MeshConfigs.of(index.resources(), meshNamespace), meshNamespace, findings);
        findings.addAll(Patched.check(index.resources().all(Kinds.ENVOY_FILTER)));
        findings.addAll(
                Ingresses.of(
                                index.resources(),
                                MeshConfigs.of(index.resources(), meshNamespace)
                                        .inForce()
                                        .map(MeshConfigs.Chosen::config))
                        .findings());
        return findings.toList();
    }
}
