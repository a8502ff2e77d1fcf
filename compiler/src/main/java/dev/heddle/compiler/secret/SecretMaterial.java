package dev.heddle.compiler.secret;

import dev.heddle.model.FieldPath;
import dev.heddle.model.core.Secret;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a Kubernetes Secret has for TLS: `tls.crt` with `tls.key`, or `cert` with `key`; roots in
/// `ca.crt` or `cacert`, and what was revoked under them in `ca.crl` or `crl`.
///
/// What cannot be used is a flaw, and as good as not there: half of it would be worse.
///
/// @param certificates all that it has, whether they can be used or not
public record SecretMaterial(
        Optional<Pair> pair, Optional<Roots> roots, List<Flaw> flaws, List<Shown> certificates) {

    public SecretMaterial {
        flaws = List.copyOf(flaws);
        certificates = List.copyOf(certificates);
    }

    /// A certificate with its key. Prints without the key.
    ///
    /// @param chain PEM, the leaf first
    /// @param key PEM
    public record Pair(String chain, String key) {
        @Override
        public String toString() {
            return "Pair[" + chain + ", [redacted]]";
        }
    }

    /// Whom to believe.
    ///
    /// @param pem one certificate or more
    /// @param crl PEM; empty for none
    public record Roots(String pem, String crl) {}

    /// Why something cannot be used.
    ///
    /// @param path of the entry
    public record Flaw(FieldPath path, String why) {}

    /// A certificate, and where it stands.
    public record Shown(FieldPath path, X509Certificate certificate) {}

    /// Reads a Secret.
    public static SecretMaterial of(Secret secret) {
        return new Reader(secret).read();
    }

    private static final class Reader {
        private final Secret secret;
        private final List<Flaw> flaws = new ArrayList<>();
        private final List<Shown> shown = new ArrayList<>();

        Reader(Secret secret) {
            this.secret = secret;
        }

        SecretMaterial read() {
            Optional<Pair> pair = pair();
            Optional<Roots> roots = roots();
            return new SecretMaterial(pair, roots, flaws, shown);
        }

        private Optional<Pair> pair() {
            boolean isGeneric =
                    !secret.type().equals(Secret.TLS)
                            && !secret.has("tls.crt")
                            && secret.has("cert");
            String certificate = isGeneric ? "cert" : "tls.crt";
            String key = isGeneric ? "key" : "tls.key";
            boolean isMeant =
                    secret.type().equals(Secret.TLS)
                            || secret.has(certificate)
                            || secret.has("tls.key");
            if (!isMeant) {
                return Optional.empty();
            }
            Optional<String> chainText = needed(certificate, key);
            Optional<String> keyText = needed(key, certificate);
            if (chainText.isEmpty() || keyText.isEmpty()) {
                return Optional.empty();
            }
            try {
                TlsCertificate read = TlsCertificate.parse(chainText.get(), keyText.get());
                read.chain().forEach(c -> shown.add(new Shown(path(certificate), c)));
                return Optional.of(new Pair(chainText.get(), keyText.get()));
            } catch (UnusableMaterial e) {
                String why = String.valueOf(e.getMessage());
                boolean isKey = why.startsWith("private_key");
                flaws.add(
                        new Flaw(
                                path(isKey ? key : certificate),
                                why.replace("certificate_chain", certificate)
                                        .replace("private_key", key)));
                return Optional.empty();
            }
        }

        private Optional<String> needed(String entry, String beside) {
            if (secret.has(entry)) {
                return text(entry);
            }
            boolean hasOther = secret.has(beside);
            flaws.add(
                    new Flaw(
                            hasOther ? path(beside) : FieldPath.of("type"),
                            "'" + entry + "' is missing" + (hasOther ? " beside it" : "")));
            return Optional.empty();
        }

        private Optional<Roots> roots() {
            String entry = secret.has("ca.crt") ? "ca.crt" : "cacert";
            if (!secret.has(entry)) {
                return Optional.empty();
            }
            Optional<String> pem = text(entry);
            if (pem.isEmpty()) {
                return Optional.empty();
            }
            try {
                PemText.certificates(pem.get()).forEach(c -> shown.add(new Shown(path(entry), c)));
            } catch (UnusableMaterial e) {
                flaws.add(new Flaw(path(entry), entry + " " + e.getMessage()));
                return Optional.empty();
            }
            String list = secret.has("ca.crl") ? "ca.crl" : "crl";
            if (!secret.has(list)) {
                return Optional.of(new Roots(pem.get(), ""));
            }
            Optional<String> crl = text(list);
            if (crl.isEmpty()) {
                return Optional.empty();
            }
            try {
                PemText.revocations(crl.get());
            } catch (UnusableMaterial e) {
                // Without the list, whom it revokes would be believed.
                flaws.add(new Flaw(path(list), list + " " + e.getMessage()));
                return Optional.empty();
            }
            return Optional.of(new Roots(pem.get(), crl.get()));
        }

        private Optional<String> text(String entry) {
            Optional<String> text = secret.text(entry);
            if (text.isEmpty()) {
                flaws.add(new Flaw(path(entry), entry + " is not base64"));
            }
            return text;
        }

        private FieldPath path(String entry) {
            return FieldPath.of(secret.stringData().containsKey(entry) ? "stringData" : "data")
                    .field(entry);
        }
    }
}
