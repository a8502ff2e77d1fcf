package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.ListenerTls.Certificate;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.gatewayapi.SecretReference;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds certificates, and those of who signs them.
record TlsReferences(Facts facts) {
    private static final String ROOTS = "ca.crt";

    /// What a reference comes to.
    ///
    /// @param <T> what it names
    sealed interface Found<T> {
        /// It is there.
        record There<T>(T found) implements Found<T> {}

        /// It is not.
        record Lacking<T>(Lack why, String message, FieldPath path) implements Found<T> {}
    }

    /// Why a reference comes to nothing.
    enum Lack {
        /// Another namespace's, without a ReferenceGrant.
        NOT_PERMITTED,
        /// Of a kind that is none of TLS.
        KIND,
        /// Not there, or it cannot be used.
        INVALID
    }

    /// Roots by a reference.
    ///
    /// @param path of the reference
    record RootsReference(
            String group, String kind, String namespace, String name, FieldPath path) {}

    /// A certificate with its key.
    ///
    /// @param owner who names it
    Found<Certificate> certificate(Resource<?> owner, SecretReference ref, FieldPath path) {
        if (!ref.group().isEmpty() || !ref.kindOrSecret().equals("Secret")) {
            return new Found.Lacking<>(
                    Lack.KIND,
                    "'" + ref.kindOrSecret() + "' is no kind of certificates (expected: Secret)",
                    path.field("kind"));
        }
        String namespace = ref.namespace().orElse(owner.metadata().namespace());
        String shown = "Secret '" + namespace + "/" + ref.name() + "'";
        if (!facts.grants().allows(owner.id(), Grants.Type.SECRET, namespace, ref.name())) {
            return new Found.Lacking<>(
                    Lack.NOT_PERMITTED, notPermitted(owner, namespace, shown), path);
        }
        if (facts.credentials().withPair(namespace, ref.name()).isEmpty()) {
            boolean isThere = facts.credentials().find(namespace, ref.name()).isPresent();
            return new Found.Lacking<>(
                    Lack.INVALID,
                    isThere
                            ? shown + " has no certificate with its key that can be used"
                            : "there is no " + shown,
                    path.field("name"));
        }
        return new Found.There<>(new Certificate(namespace, ref.name()));
    }

    private static String notPermitted(Resource<?> owner, String namespace, String shown) {
        return "no ReferenceGrant in '"
                + namespace
                + "' lets a "
                + owner.kind().name()
                + " of '"
                + owner.metadata().namespace()
                + "' name "
                + shown;
    }

    /// The certificates of those who sign others.
    Found<Trust.Bundle> roots(Resource<?> owner, RootsReference ref) {
        boolean isMap = ref.kind().equals("ConfigMap");
        if (!ref.group().isEmpty() || !(isMap || ref.kind().equals("Secret"))) {
            return new Found.Lacking<>(
                    Lack.KIND,
                    "'" + ref.kind() + "' is no kind of roots (expected: ConfigMap or Secret)",
                    ref.path().field("kind"));
        }
        String shown = ref.kind() + " '" + ref.namespace() + "/" + ref.name() + "'";
        Grants.Type type = isMap ? Grants.Type.CONFIG_MAP : Grants.Type.SECRET;
        if (!facts.grants().allows(owner.id(), type, ref.namespace(), ref.name())) {
            return new Found.Lacking<>(
                    Lack.NOT_PERMITTED, notPermitted(owner, ref.namespace(), shown), ref.path());
        }
        Optional<String> pem =
                isMap ? ofMap(ref.namespace(), ref.name()) : ofSecret(ref.namespace(), ref.name());
        return pem.<Found<Trust.Bundle>>map(text ->
                        new Found.There<>(
                                new Trust.Bundle(
                                        (isMap ? "configmap/" : "secret/")
                                                + ref.namespace()
                                                + "/"
                                                + ref.name(),
                                        text)))
                .orElseGet(() ->
                        new Found.Lacking<>(
                                Lack.INVALID,
                                "there is no "
                                        + shown
                                        + " with an entry '"
                                        + ROOTS
                                        + "' that can be read",
                                ref.path().field("name")));
    }

    private Optional<String> ofMap(String namespace, String name) {
        return facts.resources()
                .find(Kinds.CONFIG_MAP, namespace, name)
                .map(Resource::spec)
                .map(ConfigMap::data)
                .flatMap(data -> Optional.ofNullable(data.get(ROOTS)))
                .filter(TlsReferences::isReadable);
    }

    private Optional<String> ofSecret(String namespace, String name) {
        return facts.credentials()
                .find(namespace, name)
                .flatMap(c -> c.material().roots())
                .map(r -> r.pem());
    }

    private static boolean isReadable(String pem) {
        try {
            return !PemText.certificates(pem).isEmpty();
        } catch (UnusableMaterial _) {
            return false;
        }
    }

    /// Several as one.
    static Trust.Bundle joined(List<Trust.Bundle> bundles) {
        if (bundles.size() == 1) {
            return bundles.getFirst();
        }
        var names = new ArrayList<String>();
        var pem = new StringBuilder();
        for (Trust.Bundle bundle : bundles) {
            names.add(bundle.name());
            pem.append(bundle.pem().stripTrailing()).append('\n');
        }
        return new Trust.Bundle(String.join("+", names), pem.toString());
    }
}
