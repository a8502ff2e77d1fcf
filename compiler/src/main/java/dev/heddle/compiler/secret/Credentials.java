package dev.heddle.compiler.secret;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.core.Secret;
import dev.heddle.model.kinds.Kinds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The Secrets of a world, by namespace and name, as in `default/shop`. Immutable.
///
/// Reading one costs some 200 µs for its signature check, once for each world.
///
/// @param all in the order of their names
public record Credentials(Map<String, Credential> all) {
    /// How Istio marks names of roots.
    public static final String ROOTS = "-cacert";

    /// How the Gateway of an Ingress names a Secret of another namespace: `ingress~NAMESPACE~NAME`.
    /// No Secret can be called so, and a user's Gateway may not name one so.
    public static final String OF_INGRESS = "ingress~";

    /// How a Gateway that may use it names a Secret of another namespace.
    public static String elsewhere(String namespace, String name) {
        return OF_INGRESS + namespace + "~" + name;
    }

    /// How a proxy's clusters and listeners name a Secret that they may use.
    ///
    /// @param viewer namespace of the proxy
    public static String seenFrom(String viewer, String namespace, String name) {
        return namespace.equals(viewer) ? name : elsewhere(namespace, name);
    }

    private static final String SCHEME = "kubernetes://";

    /// One Secret with what it has for TLS.
    public record Credential(Resource<Secret> resource, SecretMaterial material) {}

    /// Reads the Secrets.
    public static Credentials of(Resources resources) {
        var all = new LinkedHashMap<String, Credential>();
        for (Resource<Secret> secret : resources.all(Kinds.SECRET)) {
            all.put(
                    key(secret.metadata().namespace(), secret.metadata().name()),
                    new Credential(secret, SecretMaterial.of(secret.spec())));
        }
        return new Credentials(all);
    }

    /// What a proxy asks for a `credentialName` by, as in `kubernetes://shop`.
    public static String nameOf(String credential) {
        return credential.startsWith(SCHEME) ? credential : SCHEME + credential;
    }

    /// The Secret with a certificate and its key.
    ///
    /// @param namespace of the proxy: nobody is given the Secrets of others
    public Optional<Credential> withPair(String namespace, String credential) {
        return find(namespace, credential).filter(c -> c.material().pair().isPresent());
    }

    /// The Secret with roots: one that is called so with `-cacert` behind it, or else the same that
    /// has the certificate.
    public Optional<Credential> withRoots(String namespace, String credential) {
        return find(namespace, credential + ROOTS)
                .or(() -> find(namespace, credential))
                .filter(c -> c.material().roots().isPresent());
    }

    /// The Secret of that name, whatever is in it.
    public Optional<Credential> find(String namespace, String credential) {
        if (credential.startsWith(OF_INGRESS)) {
            String key = credential.substring(OF_INGRESS.length()).replace('~', '/');
            return Optional.ofNullable(all.get(key));
        }
        String name =
                credential.startsWith(SCHEME) ? credential.substring(SCHEME.length()) : credential;
        return Optional.ofNullable(all.get(key(namespace, name)));
    }

    /// Whether any namespace has a Secret of that name.
    public boolean isAnywhere(String credential) {
        return all.values().stream()
                .anyMatch(c -> find(c.resource().metadata().namespace(), credential).isPresent());
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }
}
