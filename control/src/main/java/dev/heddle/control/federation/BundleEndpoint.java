package dev.heddle.control.federation;

import dev.heddle.compiler.select.MeshConfigs;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig.CertificateData;
import dev.heddle.model.policy.FederatedTrustDomain;
import dev.heddle.model.policy.FederatedTrustDomain.ProfileType;
import dev.heddle.model.policy.TrustBundle;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.UnusableMaterial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Where a trust domain says whom it believes.
///
/// @param url as somebody has written it; https
/// @param proof by what the server is known
/// @param origin where that stands
record BundleEndpoint(String trustDomain, String url, Proof proof, Origin origin) {

    /// By what the server of a bundle is known (SPIFFE Federation, 5.2).
    sealed interface Proof {
        /// Profile `https_web`: its name, by those whom the Java runtime believes.
        record Web() implements Proof {}

        /// Profile `https_spiffe`.
        ///
        /// @param id that it has
        /// @param first whom its trust domain believed when this was written; empty where it is
        ///   known otherwise
        record Spiffe(SpiffeId id, Optional<SpiffeBundle> first) implements Proof {}
    }

    /// Something that is written so that nobody can be asked.
    record Unusable(Origin origin, String why) {}

    /// What somebody has written.
    ///
    /// @param endpoints by trust domain; the first that names one counts
    /// @param written trust domains whose bundle somebody has written himself
    /// @param isSome whether other trust domains are believed at all
    record Wanted(
            SortedMap<String, BundleEndpoint> endpoints,
            SortedSet<String> written,
            List<Unusable> unusable,
            String ownDomain,
            boolean isSome) {}

    /// What the files want.
    ///
    /// @param home namespace of the mesh's settings
    /// @param usualDomain the mesh's own trust domain, where they say none
    static Wanted of(SourceState state, String home, String usualDomain) {
        List<Resource<?>> all = relevant(state);
        var resources = Resources.of(all);
        Optional<MeshConfigs.Chosen> config = MeshConfigs.of(resources, home).inForce();
        var written = new TreeSet<String>();
        for (Resource<TrustBundle> bundle : resources.all(Kinds.TRUST_BUNDLE)) {
            written.add(bundle.spec().trustDomain());
        }
        var endpoints = new TreeMap<String, BundleEndpoint>();
        var unusable = new ArrayList<Unusable>();
        for (Resource<FederatedTrustDomain> one : resources.all(Kinds.FEDERATED_TRUST_DOMAIN)) {
            of(one, unusable).ifPresent(it -> endpoints.putIfAbsent(it.trustDomain(), it));
        }
        config.ifPresent(chosen -> of(chosen, endpoints, unusable));
        String own =
                config.map(c -> c.config().trustDomain())
                        .filter(d -> !d.isEmpty())
                        .orElse(usualDomain);
        endpoints.remove(own);
        // What is no name the compiler has found.
        endpoints.keySet().removeIf(domain -> SpiffeId.parse("spiffe://" + domain).isEmpty());
        endpoints.keySet().removeAll(written);
        boolean isSome =
                !written.isEmpty()
                        || !endpoints.isEmpty()
                        || config.map(c -> c.config().caCertificates())
                                .filter(c -> !c.isEmpty())
                                .isPresent();
        return new Wanted(endpoints, written, unusable, own, isSome);
    }

    private static List<Resource<?>> relevant(SourceState state) {
        var found = new ArrayList<Resource<?>>();
        for (ConfigFile file : state.files().values()) {
            for (Resource<?> resource : file.resources()) {
                boolean isRelevant =
                        resource.kind().equals(Kinds.TRUST_BUNDLE)
                                || resource.kind().equals(Kinds.FEDERATED_TRUST_DOMAIN)
                                || resource.kind().equals(Kinds.CONFIG_MAP)
                                || resource.kind().equals(Kinds.ISTIO_OPERATOR);
                if (isRelevant) {
                    found.add(resource);
                }
            }
        }
        return found;
    }

    private static Optional<BundleEndpoint> of(
            Resource<FederatedTrustDomain> resource, List<Unusable> unusable) {
        FederatedTrustDomain spec = resource.spec();
        Origin origin = resource.origin(FieldPath.of("spec", "bundleEndpointURL"));
        if (!isHttps(spec.bundleEndpointURL())) {
            unusable.add(
                    new Unusable(
                            origin,
                            "'%s' (expected: https://)".formatted(spec.bundleEndpointURL())));
            return Optional.empty();
        }
        if (spec.bundleEndpointProfile().type() == ProfileType.https_web) {
            return Optional.of(
                    new BundleEndpoint(
                            spec.trustDomain(), spec.bundleEndpointURL(), new Proof.Web(), origin));
        }
        String said = spec.bundleEndpointProfile().endpointSPIFFEID().orElse("");
        Optional<SpiffeId> id = SpiffeId.parse(said);
        if (id.isEmpty()) {
            unusable.add(
                    new Unusable(
                            resource.origin(
                                    FieldPath.of(
                                            "spec", "bundleEndpointProfile", "endpointSPIFFEID")),
                            "'%s' (expected: a SPIFFE id, for https_spiffe)".formatted(said)));
            return Optional.empty();
        }
        return Optional.of(
                new BundleEndpoint(
                        spec.trustDomain(),
                        spec.bundleEndpointURL(),
                        new Proof.Spiffe(id.get(), first(spec)),
                        origin));
    }

    private static Optional<SpiffeBundle> first(FederatedTrustDomain spec) {
        if (spec.trustDomainBundle().isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(SpiffeBundle.parse(spec.trustDomainBundle()));
        } catch (UnusableMaterial _) {
            // The compiler has found it.
            return Optional.empty();
        }
    }

    private static void of(
            MeshConfigs.Chosen chosen,
            SortedMap<String, BundleEndpoint> endpoints,
            List<Unusable> unusable) {
        List<CertificateData> all = chosen.config().caCertificates();
        for (int i = 0; i < all.size(); i++) {
            String url = all.get(i).spiffeBundleUrl();
            Origin origin =
                    chosen.resource()
                            .origin(
                                    chosen.path()
                                            .field("caCertificates")
                                            .index(i)
                                            .field("spiffeBundleUrl"));
            if (url.isBlank() || !all.get(i).certSigners().isEmpty()) {
                continue;
            }
            if (!isHttps(url)) {
                unusable.add(new Unusable(origin, "'%s' (expected: https://)".formatted(url)));
                continue;
            }
            for (String domain : all.get(i).trustDomains()) {
                endpoints.putIfAbsent(
                        domain, new BundleEndpoint(domain, url, new Proof.Web(), origin));
            }
        }
    }

    private static boolean isHttps(String url) {
        return url.regionMatches(true, 0, "https://", 0, "https://".length());
    }

    /// As in `https_web`.
    String profile() {
        return switch (proof) {
            case Proof.Web() -> ProfileType.https_web.name();
            case Proof.Spiffe _ -> ProfileType.https_spiffe.name();
        };
    }
}
