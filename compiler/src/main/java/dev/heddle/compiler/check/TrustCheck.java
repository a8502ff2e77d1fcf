package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.MeshTrust;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;

/// Checks whom the mesh believes no more.
final class TrustCheck {
    private TrustCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        MeshTrust.found(index.resources(), index.rules().rootNamespace())
                .ifPresent(map -> lists(map, findings));
    }

    private static void lists(Resource<ConfigMap> map, Diagnostics findings) {
        String text = map.spec().data().getOrDefault(MeshTrust.KEY, "");
        if (text.isBlank()) {
            return;
        }
        try {
            PemText.revocations(text);
        } catch (UnusableMaterial e) {
            findings.add(
                    DiagnosticCode.UNUSABLE_CERTIFICATE,
                    map.origin(FieldPath.of("data", MeshTrust.KEY)),
                    MeshTrust.KEY + " " + e.getMessage(),
                    "Proxies stay with the list that they had; those that have none believe"
                            + " nobody");
        }
    }
}
