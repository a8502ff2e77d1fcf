package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.ServerTlsLowering;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Checks how a gateway's server ends TLS: whether its Secrets are there, and what of its wishes is
/// not granted.
record ServerTlsCheck(Credentials credentials, Resource<Gateway> gateway, Diagnostics findings) {

    void check(ServerTlsSettings tls, FieldPath path) {
        if (!tls.credentialNames().isEmpty()) {
            for (int i = 0; i < tls.credentialNames().size(); i++) {
                pair(tls.credentialNames().get(i), path.field("credentialNames").index(i));
            }
        } else if (!tls.credentialName().isEmpty()) {
            pair(tls.credentialName(), path.field("credentialName"));
        }
        switch (tls.mode()) {
            case MUTUAL, OPTIONAL_MUTUAL -> roots(tls, path);
            case SIMPLE, PASSTHROUGH, AUTO_PASSTHROUGH, ISTIO_MUTUAL -> {}
        }
        versions(tls, path);
    }

    private void pair(String credential, FieldPath path) {
        if (isThere(credential, credential, path)
                && named(credential).stream().allMatch(c -> c.material().pair().isEmpty())
                && named(credential).stream().allMatch(c -> c.material().flaws().isEmpty())) {
            findings.add(
                    DiagnosticCode.INVALID_GATEWAY_CREDENTIAL,
                    gateway.origin(path),
                    "Secret '" + credential + "' has no certificate",
                    "Give it tls.crt and tls.key, or cert and key");
        }
    }

    private void roots(ServerTlsSettings tls, FieldPath path) {
        Optional<String> source =
                !tls.caCertCredentialName().isEmpty()
                        ? Optional.of(tls.caCertCredentialName())
                        : tls.credentialNames().stream()
                                .findFirst()
                                .or(() ->
                                        Optional.of(tls.credentialName())
                                                .filter(name -> !name.isEmpty()));
        if (source.isEmpty()) {
            return;
        }
        String credential = source.get();
        FieldPath at =
                path.field(
                        !tls.caCertCredentialName().isEmpty()
                                ? "caCertCredentialName"
                                : tls.credentialNames().isEmpty()
                                        ? "credentialName"
                                        : "credentialNames");
        List<Credential> either =
                java.util.stream.Stream.concat(
                                named(credential + Credentials.ROOTS).stream(),
                                named(credential).stream())
                        .toList();
        if (either.isEmpty()) {
            isThere(credential, credential + Credentials.ROOTS, at);
        } else if (either.stream().allMatch(c -> c.material().roots().isEmpty())
                && either.stream().allMatch(c -> c.material().flaws().isEmpty())) {
            boolean isServed =
                    tls.mode() == ServerTlsSettings.Mode.OPTIONAL_MUTUAL
                            && tls.caCertCredentialName().isEmpty();
            findings.add(
                    DiagnosticCode.UNUSABLE_CERTIFICATE,
                    gateway.origin(at),
                    "Secret '" + credential + "' has no roots (expected with " + tls.mode() + ")",
                    "Give it ca.crt or cacert, or make a Secret '"
                            + credential
                            + Credentials.ROOTS
                            + (isServed
                                    ? "'; until then no client is asked for a certificate"
                                    : "'; until then handshakes are refused"));
        }
    }

    private boolean isThere(String credential, String what, FieldPath path) {
        if (credentials.isAnywhere(credential)) {
            return true;
        }
        findings.add(
                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                gateway.origin(path),
                "there is no Secret '" + what + "'",
                "Make it in the namespace of the gateway's workload; until then this server refuses"
                        + " handshakes");
        return false;
    }

    private Collection<Credential> named(String credential) {
        return credentials.all().values().stream()
                .filter(c ->
                        credentials
                                .find(c.resource().metadata().namespace(), credential)
                                .filter(c::equals)
                                .isPresent())
                .toList();
    }

    private void versions(ServerTlsSettings tls, FieldPath path) {
        if (ServerTlsLowering.isOld(tls.minProtocolVersion())) {
            findings.add(
                    new dev.heddle.model.Diagnostic(
                            DiagnosticCode.NOT_IMPLEMENTED,
                            Severity.WARNING,
                            gateway.origin(path.field("minProtocolVersion")),
                            tls.minProtocolVersion() + " is not spoken",
                            "TLS 1.2 is the least; set TLSV1_2 or TLSV1_3"));
        }
        for (int i = 0; i < tls.cipherSuites().size(); i++) {
            if (!ServerTlsLowering.isSpoken(tls.cipherSuites().get(i))) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        gateway.origin(path.field("cipherSuites").index(i)),
                        "'" + tls.cipherSuites().get(i) + "' is not spoken",
                        "It is left out");
            }
        }
    }
}
