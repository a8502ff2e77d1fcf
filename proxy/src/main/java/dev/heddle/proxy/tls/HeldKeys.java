package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Chooses which of our certificates a peer sees: among those that bear the name it asks for (a
/// whole name before a wildcard), or else the first or all; of these one of an elliptic curve if
/// the peer can verify it, as it costs a tenth of RSA.
final class HeldKeys extends X509ExtendedKeyManager {
    private final List<TlsCertificate> certificates;
    private final boolean scanAll;
    private final Function<SSLEngine, String> serverName;

    /// @param scanAll whether all are looked at when none bears the name, or only the first
    HeldKeys(List<TlsCertificate> certificates, boolean scanAll) {
        this(certificates, scanAll, Natives::serverName);
    }

    /// @param serverName what a client asks for
    HeldKeys(
            List<TlsCertificate> certificates,
            boolean scanAll,
            Function<SSLEngine, String> serverName) {
        this.certificates = List.copyOf(certificates);
        this.scanAll = scanAll;
        this.serverName = serverName;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        List<Integer> candidates = named(serverName.apply(engine));
        boolean canElliptic = canVerifyElliptic(engine);
        Integer chosen = null;
        for (Integer at : candidates) {
            boolean isElliptic = certificates.get(at).isElliptic();
            if (isElliptic && canElliptic) {
                chosen = at;
                break;
            }
            if (!isElliptic && chosen == null) {
                chosen = at;
            }
        }
        // Asked for one kind of key after the other.
        return chosen != null && isOf(keyType, certificates.get(chosen))
                ? Integer.toString(chosen)
                : null;
    }

    private static boolean isOf(String keyType, TlsCertificate certificate) {
        return certificate.isElliptic() == keyType.startsWith("EC");
    }

    /// Where the engine cannot say, it asks for what the client knows.
    private static boolean canVerifyElliptic(SSLEngine engine) {
        if (!(Natives.running(engine) instanceof ExtendedSSLSession session)) {
            return true;
        }
        String[] algorithms = session.getPeerSupportedSignatureAlgorithms();
        if (algorithms == null || algorithms.length == 0) {
            return true;
        }
        for (String algorithm : algorithms) {
            if (algorithm.endsWith("withECDSA")) {
                return true;
            }
        }
        return false;
    }

    /// Where the certificates for a name are.
    private List<Integer> named(String name) {
        var exact = new ArrayList<Integer>();
        var covering = new ArrayList<Integer>();
        var all = new ArrayList<Integer>();
        for (int i = 0; i < certificates.size(); i++) {
            all.add(i);
            if (name.isEmpty()) {
                continue;
            }
            for (String own : namesOf(certificates.get(i).leaf())) {
                if (own.equalsIgnoreCase(name)) {
                    exact.add(i);
                } else if (SanMatch.covers(own, name)) {
                    covering.add(i);
                }
            }
        }
        if (!exact.isEmpty()) {
            return exact;
        }
        if (!covering.isEmpty()) {
            return covering;
        }
        return scanAll || name.isEmpty() || all.isEmpty() ? all : List.of(all.getFirst());
    }

    private static List<String> namesOf(X509Certificate leaf) {
        try {
            return SubjectNames.of(leaf).dns();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /// A client has one certificate, and shows it to whoever asks.
    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        return certificates.isEmpty() ? null : "0";
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return certificates.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return certificates.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    private String[] aliases(String keyType) {
        var found = new ArrayList<String>();
        for (int i = 0; i < certificates.size(); i++) {
            if (isOf(keyType, certificates.get(i))) {
                found.add(Integer.toString(i));
            }
        }
        return found.toArray(String[]::new);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return certificates.isEmpty() ? null : "0";
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        String[] found = aliases(keyType);
        return found.length == 0 ? null : found[0];
    }
}
