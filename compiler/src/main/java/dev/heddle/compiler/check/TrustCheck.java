package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.Federation;
import dev.heddle.compiler.world.MeshTrust;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;

/// Checks whom the mesh believes no more, and whom of others.
final class TrustCheck {
    private TrustCheck() {}

    static void check(MeshIndex index, MeshConfigs configs, Diagnostics findings) {
        MeshTrust.found(index.resources(), index.rules().rootNamespace())
                .ifPresent(map -> lists(map, findings));
        String own =
                configs.inForce()
                        .map(chosen -> chosen.config().trustDomain())
                        .filter(domain -> !domain.isEmpty())
                        .orElse(index.domain());
        Federation.Read read = Federation.read(index.resources(), configs.inForce(), own);
        read.problems()
                .forEach(problem ->
                        findings.add(
                                DiagnosticCode.INVALID_VALUE,
                                problem.origin(),
                                problem.text(),
                                problem.hint()));
        MeshTrust trust =
                MeshTrust.of(index.resources(), index.rules().rootNamespace(), read.federation());
        if (!trust.federation().isEmpty() && !MeshTls.isPossible(trust)) {
            findings.add(
                    DiagnosticCode.CONFLICT,
                    trust.origin(),
                    "other trust domains are believed nowhere: what was revoked must stand beside"
                            + " the mesh's own roots, which are not known here",
                    "Write a TrustBundle of '%s'".formatted(own));
        }
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
