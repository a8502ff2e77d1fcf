package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.attach.ListenerTls;
import dev.heddle.compiler.attach.Trust;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.secret.SecretMaterial;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Gathers the secrets that a plan's listeners and clusters name, each once.
///
/// Files stay where they are: the proxy is told their names, reads them, and sees when they change;
/// no key leaves its machine. Secrets of Kubernetes are sent, and only to gateways: a sidecar's
/// workload has no business with keys of its namespace.
public final class TlsSecrets {
    /// The roots of the operating system, where Debian and its children have them.
    private static final String SYSTEM_FILE = "/etc/ssl/certs/ca-certificates.crt";

    private static final String SYSTEM = "system";

    private final Credentials credentials;
    private final String namespace;
    private final boolean areSent;
    private final SortedMap<String, TlsSecret> all = new TreeMap<>();

    private TlsSecrets(Credentials credentials, String namespace, boolean areSent) {
        this.credentials = credentials;
        this.namespace = namespace;
        this.areSent = areSent;
    }

    /// For clusters of proxies of that outlook.
    public static TlsSecrets of(MeshIndex index, Outlook outlook) {
        boolean isGateway =
                switch (outlook.calls()) {
                    case GATEWAY -> true;
                    case REDIRECTED, HTTP_PROXY, NONE -> false;
                };
        return new TlsSecrets(index.credentials(), outlook.namespace(), isGateway);
    }

    /// For listeners of a gateway in that namespace.
    public static TlsSecrets ofGateway(MeshIndex index, String namespace) {
        return new TlsSecrets(index.credentials(), namespace, true);
    }

    /// For listeners of a sidecar in that namespace.
    public static TlsSecrets ofSidecar(MeshIndex index, String namespace) {
        return new TlsSecrets(index.credentials(), namespace, false);
    }

    /// A place for other ones, of the same Secrets.
    TlsSecrets others() {
        return new TlsSecrets(credentials, namespace, areSent);
    }

    /// What is read for the proxy; empty where it is given none.
    Optional<Same<Credentials>> read() {
        return areSent ? Optional.of(Same.as(credentials)) : Optional.empty();
    }

    /// Adds one that was asked for elsewhere.
    public void add(TlsSecret secret) {
        all.putIfAbsent(secret.name(), secret);
    }

    /// All that were asked for and are there, ordered by name.
    public List<TlsSecret> all() {
        return List.copyOf(all.values());
    }

    /// The certificate of a `credentialName`.
    public SecretRef certificate(String credential) {
        String name = Credentials.nameOf(credential);
        if (areSent) {
            credentials
                    .withPair(namespace, credential)
                    .ifPresent(found -> {
                        SecretMaterial.Pair pair = found.material().pair().orElseThrow();
                        all.put(
                                name,
                                new TlsSecret.Certificate(
                                        name,
                                        pair.chain(),
                                        new TlsSecret.PrivateKeyPem(pair.key()),
                                        found.resource().origin()));
                    });
        }
        return new SecretRef(name, all.containsKey(name));
    }

    /// The certificate of a Secret that may be named, of whichever namespace.
    public SecretRef certificate(ListenerTls.Certificate of) {
        return certificate(Credentials.seenFrom(namespace, of.namespace(), of.name()));
    }

    /// The roots of a `credentialName`.
    SecretRef roots(String credential) {
        String name = Credentials.nameOf(credential) + Credentials.ROOTS;
        if (areSent) {
            credentials
                    .withRoots(namespace, credential)
                    .ifPresent(found -> {
                        SecretMaterial.Roots roots = found.material().roots().orElseThrow();
                        all.put(
                                name,
                                new TlsSecret.Roots(
                                        name, roots.pem(), roots.crl(), found.resource().origin()));
                    });
        }
        return new SecretRef(name, all.containsKey(name));
    }

    /// Roots that are known, and no secret.
    public SecretRef roots(Trust trust, Origin origin) {
        return switch (trust) {
            case Trust.WellKnown() -> rootFile("", "", origin);
            case Trust.Bundle(String name, String pem) -> {
                all.putIfAbsent(name, new TlsSecret.Roots(name, pem, "", origin));
                yield new SecretRef(name, true);
            }
        };
    }

    /// A certificate in files of the proxy's machine.
    SecretRef certificateFiles(String chain, String key, Origin origin) {
        String name = "file-cert:" + chain + "~" + key;
        all.putIfAbsent(name, new TlsSecret.CertificateFiles(name, chain, key, origin));
        return new SecretRef(name, true);
    }

    /// Roots in a file of the proxy's machine.
    ///
    /// @param file `system` or empty for those of the operating system
    /// @param crlFile with what was revoked, which proxies read again together with the roots
    public SecretRef rootFile(String file, String crlFile, Origin origin) {
        boolean isSystem = file.isEmpty() || file.equals(SYSTEM);
        String name =
                "file-root:"
                        + (isSystem ? SYSTEM : file)
                        + (crlFile.isEmpty() ? "" : "~" + crlFile);
        all.putIfAbsent(
                name, new TlsSecret.RootFile(name, isSystem ? SYSTEM_FILE : file, crlFile, origin));
        return new SecretRef(name, true);
    }
}
