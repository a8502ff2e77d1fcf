package dev.heddle.compiler.world;

import dev.heddle.compiler.select.Age;
import dev.heddle.compiler.select.MeshConfigs.Chosen;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig.CertificateData;
import dev.heddle.model.policy.FederatedTrustDomain;
import dev.heddle.model.policy.TrustBundle;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Whom the mesh believes of other trust domains. What somebody says of whose roots they are means
/// that they are nobody else's: no root vouches for a trust domain that it was not named for, and
/// the mesh's own least of all.
///
/// The roots of a domain are those of its TrustBundle, as fetched or as written; where there is
/// none yet, those that a ClusterFederatedTrustDomain begins with; and what `caCertificates` add.
///
/// @param own the mesh's own roots, PEM; empty where only its proxies know them
/// @param roots of other trust domains, PEM, by their names
public record Federation(Optional<String> own, SortedMap<String, String> roots) {
    /// With nobody.
    public static final Federation NONE = new Federation(Optional.empty(), new TreeMap<>());

    public Federation {
        roots = Collections.unmodifiableSortedMap(new TreeMap<>(roots));
    }

    /// Something that is not as it must be, so that it counts for nothing.
    public record Problem(Origin origin, String text, String hint) {}

    /// What somebody has written, and what is wrong with it.
    public record Read(Federation federation, List<Problem> problems) {
        public Read {
            problems = List.copyOf(problems);
        }
    }

    /// As a mesh's resources have it.
    ///
    /// @param own the mesh's own trust domain
    static Federation of(Resources resources, Optional<Chosen> config, String own) {
        return read(resources, config, own).federation();
    }

    /// The same with what is wrong.
    public static Read read(Resources resources, Optional<Chosen> config, String own) {
        var reading = new Reading(own);
        resources.all(Kinds.TRUST_BUNDLE).stream()
                .sorted(Age.<TrustBundle>oldestFirst())
                .forEach(reading::bundle);
        resources.all(Kinds.FEDERATED_TRUST_DOMAIN).stream()
                .sorted(Age.<FederatedTrustDomain>oldestFirst())
                .forEach(reading::begins);
        config.ifPresent(reading::config);
        return reading.done();
    }

    /// Whether there is any.
    public boolean isEmpty() {
        return roots.isEmpty();
    }

    /// The names of the trust domains.
    public List<String> domains() {
        return List.copyOf(roots.keySet());
    }

    private static final class Reading {
        private final String own;
        private final SortedMap<String, LinkedHashSet<X509Certificate>> found = new TreeMap<>();
        private final SortedSet<String> known = new TreeSet<>();
        private final List<Problem> problems = new ArrayList<>();

        Reading(String own) {
            this.own = own;
        }

        /// Of two for one domain the older counts.
        void bundle(Resource<TrustBundle> resource) {
            TrustBundle spec = resource.spec();
            Origin origin = resource.origin(FieldPath.of("spec", "bundle"));
            if (!isName(spec.trustDomain(), resource.origin(FieldPath.of("spec", "trustDomain")))) {
                return;
            }
            if (known.contains(spec.trustDomain())) {
                problem(
                        origin,
                        "there is an older TrustBundle of '%s', which counts"
                                .formatted(spec.trustDomain()),
                        "Remove one of them");
                return;
            }
            try {
                found.put(
                        spec.trustDomain(),
                        new LinkedHashSet<>(SpiffeBundle.parse(spec.bundle()).roots()));
                known.add(spec.trustDomain());
            } catch (UnusableMaterial e) {
                problem(origin, String.valueOf(e.getMessage()), "Nobody is believed by it");
            }
        }

        void begins(Resource<FederatedTrustDomain> resource) {
            FederatedTrustDomain spec = resource.spec();
            Origin name = resource.origin(FieldPath.of("spec", "trustDomain"));
            if (!isForeign(spec.trustDomain(), name) || spec.trustDomainBundle().isBlank()) {
                return;
            }
            try {
                List<X509Certificate> roots = SpiffeBundle.parse(spec.trustDomainBundle()).roots();
                if (known.add(spec.trustDomain())) {
                    found.put(spec.trustDomain(), new LinkedHashSet<>(roots));
                }
            } catch (UnusableMaterial e) {
                problem(
                        resource.origin(FieldPath.of("spec", "trustDomainBundle")),
                        String.valueOf(e.getMessage()),
                        "Nobody is believed by it");
            }
        }

        void config(Chosen chosen) {
            List<CertificateData> all = chosen.config().caCertificates();
            for (int i = 0; i < all.size(); i++) {
                FieldPath path = chosen.path().field("caCertificates").index(i);
                data(all.get(i), path, chosen.resource());
            }
        }

        private void data(CertificateData data, FieldPath path, Resource<?> resource) {
            if (data.pem().isBlank() == data.spiffeBundleUrl().isBlank()) {
                problem(
                        resource.origin(path),
                        "pem and spiffeBundleUrl (expected: one of them)",
                        "Say one");
                return;
            }
            if (data.trustDomains().isEmpty()) {
                problem(
                        resource.origin(path.field("trustDomains")),
                        "whose roots these are is not said, and believing them for all trust"
                                + " domains is not implemented",
                        "Name trustDomains; the mesh's own roots come with its identities");
                return;
            }
            if (!data.certSigners().isEmpty()) {
                // The finding for the field is enough.
                return;
            }
            for (int i = 0; i < data.trustDomains().size(); i++) {
                String domain = data.trustDomains().get(i);
                if (isForeign(domain, resource.origin(path.field("trustDomains").index(i)))
                        && !data.pem().isBlank()) {
                    try {
                        found.computeIfAbsent(domain, _ -> new LinkedHashSet<>())
                                .addAll(PemText.certificates(data.pem()));
                    } catch (UnusableMaterial e) {
                        problem(
                                resource.origin(path.field("pem")),
                                "it " + e.getMessage(),
                                "Nobody is believed by it");
                        return;
                    }
                }
            }
        }

        private boolean isForeign(String domain, Origin origin) {
            if (domain.equals(own)) {
                problem(
                        origin,
                        "'%s' is the mesh's own trust domain".formatted(domain),
                        "Its roots come with its identities");
                return false;
            }
            return isName(domain, origin);
        }

        private boolean isName(String domain, Origin origin) {
            boolean is =
                    SpiffeId.parse("spiffe://" + domain)
                            .filter(id -> id.path().isEmpty())
                            .isPresent();
            if (!is) {
                problem(
                        origin,
                        "'%s' (expected: the name of a trust domain)".formatted(domain),
                        "Lower case letters, digits, '.', '-' and '_'");
            }
            return is;
        }

        private void problem(Origin origin, String text, String hint) {
            problems.add(new Problem(origin, text, hint));
        }

        Read done() {
            var roots = new TreeMap<String, String>();
            for (Map.Entry<String, LinkedHashSet<X509Certificate>> one : found.entrySet()) {
                roots.put(one.getKey(), SpiffeBundle.pem(one.getValue()));
            }
            Optional<String> mine = Optional.ofNullable(roots.remove(own));
            return new Read(new Federation(mine, roots), problems);
        }
    }
}
