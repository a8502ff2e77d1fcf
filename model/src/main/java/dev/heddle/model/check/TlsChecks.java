package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.istio.ServerTlsSettings.TlsCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Looks at TLS settings of servers and clients.
final class TlsChecks {
    /// BoringSSL's names, which Envoy accepts.
    private static final Set<String> CIPHERS =
            Set.of(
                    "ECDHE-ECDSA-AES128-GCM-SHA256",
                    "ECDHE-RSA-AES128-GCM-SHA256",
                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-RSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-CHACHA20-POLY1305",
                    "ECDHE-RSA-CHACHA20-POLY1305",
                    "ECDHE-PSK-CHACHA20-POLY1305",
                    "ECDHE-ECDSA-AES128-SHA",
                    "ECDHE-RSA-AES128-SHA",
                    "ECDHE-PSK-AES128-CBC-SHA",
                    "ECDHE-ECDSA-AES256-SHA",
                    "ECDHE-RSA-AES256-SHA",
                    "ECDHE-PSK-AES256-CBC-SHA",
                    "AES128-GCM-SHA256",
                    "PSK-AES128-CBC-SHA",
                    "AES256-GCM-SHA384",
                    "PSK-AES256-CBC-SHA",
                    "AES128-SHA",
                    "AES256-SHA",
                    "DES-CBC3-SHA");

    private TlsChecks() {}

    static void checkServer(ServerTlsSettings tls, FieldPath path, Findings findings) {
        checkCiphers(tls, path, findings);
        int sources =
                (tls.credentialName().isEmpty() ? 0 : 1)
                        + (tls.credentialNames().isEmpty() ? 0 : 1)
                        + (tls.tlsCertificates().isEmpty() ? 0 : 1);
        if (sources > 1) {
            findings.error(
                    path,
                    "several certificates (expected: one of credentialName, credentialNames,"
                            + " tlsCertificates)");
        }
        if (tls.mode() == ServerTlsSettings.Mode.SIMPLE) {
            checkUnused(tls, path, findings);
        }
        switch (tls.mode()) {
            case PASSTHROUGH, AUTO_PASSTHROUGH -> {
                if (!certificatesOf(tls).isEmpty() || !tls.caCrl().isEmpty()) {
                    findings.warn(path, tls.mode() + " uses no certificates", "Remove them.");
                }
            }
            case ISTIO_MUTUAL -> {
                for (String field : certificatesOf(tls)) {
                    findings.error(
                            path.field(field),
                            "ISTIO_MUTUAL brings its own (expected: no " + field + ")");
                }
            }
            case SIMPLE, MUTUAL, OPTIONAL_MUTUAL -> {
                if (tls.credentialName().isEmpty() && tls.credentialNames().isEmpty()) {
                    checkFiles(tls, path, findings);
                }
            }
        }
    }

    private static void checkUnused(ServerTlsSettings tls, FieldPath path, Findings findings) {
        var fields = new ArrayList<String>();
        addIf(!tls.subjectAltNames().isEmpty(), "subjectAltNames", fields);
        addIf(!tls.verifyCertificateSpki().isEmpty(), "verifyCertificateSpki", fields);
        addIf(!tls.verifyCertificateHash().isEmpty(), "verifyCertificateHash", fields);
        for (String field : fields) {
            findings.warn(
                    path.field(field),
                    "SIMPLE looks at no client's certificate",
                    "Set mode MUTUAL or OPTIONAL_MUTUAL.");
        }
    }

    private static List<String> certificatesOf(ServerTlsSettings tls) {
        var fields = new ArrayList<String>();
        addIf(!tls.serverCertificate().isEmpty(), "serverCertificate", fields);
        addIf(!tls.privateKey().isEmpty(), "privateKey", fields);
        addIf(!tls.caCertificates().isEmpty(), "caCertificates", fields);
        addIf(!tls.credentialName().isEmpty(), "credentialName", fields);
        addIf(!tls.credentialNames().isEmpty(), "credentialNames", fields);
        addIf(!tls.tlsCertificates().isEmpty(), "tlsCertificates", fields);
        return fields;
    }

    private static void addIf(boolean set, String field, List<String> fields) {
        if (set) {
            fields.add(field);
        }
    }

    private static void checkFiles(ServerTlsSettings tls, FieldPath path, Findings findings) {
        if (tls.tlsCertificates().isEmpty()) {
            needs(tls.mode(), tls.serverCertificate(), path, "serverCertificate", findings);
            needs(tls.mode(), tls.privateKey(), path, "privateKey", findings);
        } else if (!tls.serverCertificate().isEmpty() || !tls.privateKey().isEmpty()) {
            findings.exclusive(
                    path.field("tlsCertificates"), "serverCertificate", "tlsCertificates");
        }
        if (tls.tlsCertificates().size() > 2) {
            int count = tls.tlsCertificates().size();
            findings.invalid(path.field("tlsCertificates"), count, "at most 2, one RSA, one ECDSA");
        }
        for (int i = 0; i < tls.tlsCertificates().size(); i++) {
            TlsCertificate one = tls.tlsCertificates().get(i);
            FieldPath at = path.field("tlsCertificates").index(i);
            needs(tls.mode(), one.serverCertificate(), at, "serverCertificate", findings);
            needs(tls.mode(), one.privateKey(), at, "privateKey", findings);
        }
        boolean mutual = tls.mode() != ServerTlsSettings.Mode.SIMPLE;
        if (mutual) {
            needs(tls.mode(), tls.caCertificates(), path, "caCertificates", findings);
        } else if (!tls.caCrl().isEmpty()) {
            findings.error(path.field("caCrl"), "SIMPLE looks at no client's certificate");
        }
    }

    private static void needs(
            Enum<?> mode, String value, FieldPath path, String field, Findings findings) {
        if (value.isEmpty()) {
            findings.missing(path.field(field), mode + " needs '" + field + "'");
        }
    }

    private static void checkCiphers(ServerTlsSettings tls, FieldPath path, Findings findings) {
        for (int i = 0; i < tls.cipherSuites().size(); i++) {
            String suite = tls.cipherSuites().get(i);
            if (!CIPHERS.contains(suite)) {
                findings.warn(
                        path.field("cipherSuites").index(i),
                        "'" + suite + "' is no cipher suite that is known",
                        "It is left out.");
            }
        }
        boolean old =
                switch (tls.minProtocolVersion()) {
                    case TLSV1_0, TLSV1_1 -> true;
                    case TLS_AUTO, TLSV1_2, TLSV1_3 -> false;
                };
        if (old && tls.cipherSuites().isEmpty()) {
            findings.warn(
                    path.field("minProtocolVersion"),
                    tls.minProtocolVersion() + " has no cipher suite in common with the defaults",
                    "Name cipherSuites that it knows.");
        }
    }

    static void checkClient(ClientTlsSettings tls, FieldPath path, Findings findings) {
        boolean skip = tls.insecureSkipVerify().orElse(false);
        boolean verifies =
                !tls.caCertificates().isEmpty()
                        || !tls.subjectAltNames().isEmpty()
                        || (tls.mode() == ClientTlsSettings.Mode.SIMPLE
                                && !tls.credentialName().isEmpty());
        if (skip && verifies) {
            findings.error(
                    path.field("insecureSkipVerify"),
                    "nothing is verified (expected: no caCertificates, credentialName and"
                            + " subjectAltNames)");
        }
        boolean files =
                !tls.clientCertificate().isEmpty()
                        || !tls.privateKey().isEmpty()
                        || !tls.caCertificates().isEmpty()
                        || !tls.caCrl().isEmpty();
        switch (tls.mode()) {
            case SIMPLE, MUTUAL -> {
                if (tls.credentialName().startsWith("ingress~")) {
                    findings.invalid(
                            path.field("credentialName"),
                            tls.credentialName(),
                            "a Secret of the gateway's own");
                }
                if (!tls.credentialName().isEmpty()) {
                    if (files) {
                        findings.error(
                                path.field("credentialName"),
                                "a secret and files (expected: one of the two)");
                    }
                } else if (tls.mode() == ClientTlsSettings.Mode.MUTUAL) {
                    needs(tls.mode(), tls.clientCertificate(), path, "clientCertificate", findings);
                    needs(tls.mode(), tls.privateKey(), path, "privateKey", findings);
                }
            }
            case DISABLE, ISTIO_MUTUAL -> {}
        }
    }
}
