package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import java.util.List;

/// Every check of a world.
public final class WorldChecks {
    private WorldChecks() {}

    /// The findings, in reading order.
    public static List<Diagnostic> of(MeshIndex index) {
        var findings = new Diagnostics();
        index.virtualServices()
                .all()
                .forEach(vs -> new VirtualServiceCheck(index, vs, findings).check());
        HostConflicts.check(index, findings);
        DestinationRuleCheck.check(index, findings);
        GatewayCheck.check(index, findings);
        ServiceCheck.check(index, findings);
        SecretCheck.check(index, findings);
        return findings.toList();
    }
}
