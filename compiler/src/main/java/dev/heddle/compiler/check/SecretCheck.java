package dev.heddle.compiler.check;

import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.secret.SecretMaterial.Flaw;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;

/// Checks what Secrets have for TLS. What is found never has a byte of an entry in it.
final class SecretCheck {
    private SecretCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (Credential credential : index.credentials().all().values()) {
            for (Flaw flaw : credential.material().flaws()) {
                findings.add(
                        DiagnosticCode.UNUSABLE_CERTIFICATE,
                        credential.resource().origin(flaw.path()),
                        flaw.why(),
                        "Servers that need it refuse handshakes until it is mended");
            }
        }
    }
}
