package dev.heddle.compiler.world;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.kinds.Kinds;
import java.util.Optional;

/// Whom the mesh believes no more, though a root of it has signed for him, and whom it believes of
/// others.
///
/// @param revoked lists of revoked certificates (CRL), PEM; empty for none
/// @param origin where they stand
/// @param federation other trust domains
public record MeshTrust(String revoked, Origin origin, Federation federation) {
    /// Nobody.
    public static final MeshTrust NONE = new MeshTrust("", Origin.BUILT_IN, Federation.NONE);

    /// The ConfigMap of the root namespace by which Istio's authority spreads its lists, and
    /// Heddle's, too.
    public static final String CONFIG_MAP = "istio-ca-crl";

    /// The key of that ConfigMap, and the file of `cacerts` that it has it from.
    public static final String KEY = "ca-crl.pem";

    /// As a mesh's resources have it.
    public static MeshTrust of(Resources resources, String rootNamespace, Federation federation) {
        return found(resources, rootNamespace)
                .map(map ->
                        new MeshTrust(
                                map.spec().data().getOrDefault(KEY, ""),
                                map.origin(FieldPath.of("data", KEY)),
                                federation))
                .filter(trust -> !trust.revoked().isBlank())
                .orElseGet(() -> new MeshTrust("", Origin.BUILT_IN, federation));
    }

    /// Where lists of revoked certificates stand.
    public static Optional<Resource<ConfigMap>> found(Resources resources, String rootNamespace) {
        return resources.all(Kinds.CONFIG_MAP).stream()
                .filter(map ->
                        map.metadata().name().equals(CONFIG_MAP)
                                && map.metadata().namespace().equals(rootNamespace))
                .findFirst();
    }
}
