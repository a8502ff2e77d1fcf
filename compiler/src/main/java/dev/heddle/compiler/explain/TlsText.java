package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.ir.TlsSecret.DomainRoot;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What connections are secured with, in words; of secrets their names.
final class TlsText {
    private TlsText() {}

    static String of(ServerTls tls) {
        var text = new StringBuilder("tls as ");
        text.append(
                tls.certificates().stream().map(TlsText::of).collect(Collectors.joining(" and ")));
        tls.clients()
                .ifPresent(rules ->
                        text.append(
                                        tls.clientsMust()
                                                ? ", clients must prove "
                                                : ", clients may prove ")
                                .append(of(rules)));
        if (tls.least() != ProtocolVersion.TLS_AUTO) {
            text.append(", from ").append(version(tls.least()));
        }
        if (tls.greatest() != ProtocolVersion.TLS_AUTO) {
            text.append(", up to ").append(version(tls.greatest()));
        }
        if (!tls.cipherSuites().isEmpty()) {
            text.append(", ciphers ").append(String.join(" ", tls.cipherSuites()));
        }
        return text.append(groups(tls.groups())).toString();
    }

    private static String groups(List<String> groups) {
        return groups.isEmpty() ? "" : ", groups " + String.join(" ", groups);
    }

    static String of(ClientTls tls) {
        var text = new StringBuilder(tls.isAutomatic() ? "to hosts that speak it tls" : "tls");
        if (!tls.sni().isEmpty()) {
            text.append(" to ").append(tls.sni());
        }
        tls.certificate().ifPresent(c -> text.append(" as ").append(of(c)));
        text.append(
                tls.hosts()
                        .map(rules -> ", hosts must prove " + of(rules))
                        .orElse(", hosts prove nothing"));
        tls.mesh()
                .ifPresent(mesh ->
                        text.append(", from ")
                                .append(version(mesh.least()))
                                .append(groups(mesh.groups()))
                                .append(", offers ")
                                .append(String.join(" ", mesh.alpn())));
        return text.toString();
    }

    static String of(TlsSecret secret) {
        return switch (secret) {
            case TlsSecret.Certificate _ -> "certificate and key";
            case TlsSecret.Roots(_, _, String crl, _) ->
                    crl.isEmpty() ? "roots" : "roots and what was revoked";
            case TlsSecret.CertificateFiles _ -> "certificate and key in files of the proxy";
            case TlsSecret.RootFile(_, String file, String crlFile, _) ->
                    "roots in the proxy's file "
                            + file
                            + (crlFile.isEmpty() ? "" : ", revoked ones in " + crlFile);
            case TlsSecret.RootFileWithout(_, String file, _, _) ->
                    "roots in the proxy's file " + file + " and what was revoked";
            case TlsSecret.Words _ -> "words that nobody else may know";
            case TlsSecret.DomainRoots it ->
                    "roots of each trust domain for itself: "
                            + it.domains().entrySet().stream()
                                    .map(TlsText::domain)
                                    .collect(Collectors.joining(", "));
        };
    }

    private static String domain(Map.Entry<String, DomainRoot> domain) {
        return switch (domain.getValue()) {
            case DomainRoot.Inline _ -> domain.getKey();
            case DomainRoot.InFile(String file) -> domain.getKey() + " in the proxy's file " + file;
        };
    }

    private static String of(PeerRules rules) {
        var text = new StringBuilder(of(rules.roots()));
        if (!rules.names().isEmpty()) {
            text.append(" for ").append(String.join(" or ", rules.names()));
        }
        if (!rules.trustDomains().isEmpty()) {
            text.append(" in ").append(String.join(" or ", rules.trustDomains()));
        }
        int pins = rules.hashes().size() + rules.keyHashes().size();
        if (pins > 0) {
            text.append(", one of ").append(pins).append(" fingerprints");
        }
        if (!rules.crlFile().isEmpty()) {
            text.append(", not in ").append(rules.crlFile());
        }
        return text.toString();
    }

    private static String of(SecretRef ref) {
        return ref.name() + (ref.isThere() ? "" : " (not there)");
    }

    private static String version(ProtocolVersion version) {
        return version.name().toLowerCase(Locale.ROOT).replace("tlsv", "").replace('_', '.');
    }
}
