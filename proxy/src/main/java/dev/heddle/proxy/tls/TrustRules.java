package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Which peers are believed (`CertificateValidationContext`). Without roots, fingerprints or names
/// everybody is.
///
/// @param roots one of which a peer's chain must lead to; none: chains are not looked at
/// @param revocations when there are any, each certificate of a chain needs one that knows it
/// @param bundles by trust domain, as the validator `envoy.tls.cert_validator.spiffe` has them:
///   where there are any, a peer is measured by those of its own domain and by nothing else, and
///   only its SPIFFE id is a name; none: the roots above
/// @param names of which the peer must bear one; none: any name
/// @param fingerprints SHA-256 of whole certificates, in lower-case hex, of which the peer's must
///   be one
/// @param keyFingerprints SHA-256 of public keys, in base64; one of both lists must match
public record TrustRules(
        List<X509Certificate> roots,
        List<X509CRL> revocations,
        SortedMap<String, Bundle> bundles,
        List<SanMatch> names,
        List<String> fingerprints,
        List<String> keyFingerprints,
        Leniency leniency) {

    /// Everybody is believed.
    public static final TrustRules NONE =
            new TrustRules(List.of(), List.of(), List.of(), List.of(), List.of(), Leniency.NONE);

    /// A name that no certificate has.
    private static final SanMatch NOBODY =
            new SanMatch(SanMatch.Kind.URI, new SanMatch.Text.Exact("", false));

    /// The roots of one trust domain, and what was revoked under them.
    public record Bundle(List<X509Certificate> roots, List<X509CRL> revocations) {
        public Bundle {
            if (roots.isEmpty()) {
                throw new IllegalArgumentException("roots: [] (expected: one or more)");
            }
            roots = List.copyOf(roots);
            revocations = List.copyOf(revocations);
        }
    }

    /// What is forgiven.
    ///
    /// @param acceptUntrusted a peer that cannot be believed may connect all the same, as nobody in
    ///   particular
    /// @param allowExpired a certificate may be out of date
    /// @param onlyLeafRevocation of a chain only the leaf is looked up among the revoked
    /// @param maxDepth how many certificates may stand between leaf and root
    public record Leniency(
            boolean acceptUntrusted,
            boolean allowExpired,
            boolean onlyLeafRevocation,
            OptionalInt maxDepth) {

        /// Nothing.
        public static final Leniency NONE = new Leniency(false, false, false, OptionalInt.empty());

        Leniency withoutUntrusted() {
            return new Leniency(false, allowExpired, onlyLeafRevocation, maxDepth);
        }
    }

    /// Without trust domains.
    public TrustRules(
            List<X509Certificate> roots,
            List<X509CRL> revocations,
            List<SanMatch> names,
            List<String> fingerprints,
            List<String> keyFingerprints,
            Leniency leniency) {
        this(roots, revocations, new TreeMap<>(), names, fingerprints, keyFingerprints, leniency);
    }

    public TrustRules {
        roots = List.copyOf(roots);
        revocations = List.copyOf(revocations);
        bundles = Collections.unmodifiableSortedMap(new TreeMap<>(bundles));
        names = List.copyOf(names);
        fingerprints = List.copyOf(fingerprints);
        keyFingerprints = List.copyOf(keyFingerprints);
    }

    /// Whether a peer must prove anything.
    public boolean areEmpty() {
        return roots.isEmpty()
                && bundles.isEmpty()
                && names.isEmpty()
                && fingerprints.isEmpty()
                && keyFingerprints.isEmpty();
    }

    /// The roots of all trust domains, and those of none.
    public List<X509Certificate> allRoots() {
        return Stream.concat(
                        roots.stream(), bundles.values().stream().flatMap(b -> b.roots().stream()))
                .distinct()
                .toList();
    }

    /// These with others laid over them, as Envoy merges a default and a fetched context: lists are
    /// joined, single things are the other's where it has them.
    public TrustRules merge(TrustRules over) {
        return new TrustRules(
                over.roots.isEmpty() ? roots : over.roots,
                over.revocations.isEmpty() ? revocations : over.revocations,
                over.bundles.isEmpty() ? bundles : over.bundles,
                joined(names, over.names),
                joined(fingerprints, over.fingerprints),
                joined(keyFingerprints, over.keyFingerprints),
                new Leniency(
                        leniency.acceptUntrusted || over.leniency.acceptUntrusted,
                        leniency.allowExpired || over.leniency.allowExpired,
                        leniency.onlyLeafRevocation || over.leniency.onlyLeafRevocation,
                        over.leniency.maxDepth.isPresent()
                                ? over.leniency.maxDepth
                                : leniency.maxDepth));
    }

    /// The same for a peer that must bear one name and no other.
    TrustRules forName(SanMatch name) {
        return new TrustRules(
                roots,
                revocations,
                bundles,
                List.of(name),
                fingerprints,
                keyFingerprints,
                leniency);
    }

    /// The same for a peer of one trust domain. Names of other kinds than a SPIFFE id are whatever
    /// its authority likes, so they count for nothing; where only such are expected, nobody fits.
    TrustRules within(Bundle domain) {
        List<SanMatch> ids = names.stream().filter(n -> n.kind() == SanMatch.Kind.URI).toList();
        return new TrustRules(
                domain.roots(),
                domain.revocations(),
                ids.isEmpty() && !names.isEmpty() ? List.of(NOBODY) : ids,
                fingerprints,
                keyFingerprints,
                leniency.withoutUntrusted());
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).distinct().toList();
    }

    /// Reads a bundle of roots.
    ///
    /// @throws UnusableMaterial when there is none, or one cannot be read
    public static List<X509Certificate> parseRoots(String text) throws UnusableMaterial {
        try {
            return PemText.certificates(text);
        } catch (UnusableMaterial e) {
            throw new UnusableMaterial("trusted_ca " + e.getMessage());
        }
    }

    /// Reads lists of revoked certificates.
    ///
    /// @throws UnusableMaterial when there is none, or one cannot be read
    public static List<X509CRL> parseRevocations(String text) throws UnusableMaterial {
        try {
            return PemText.revocations(text);
        } catch (UnusableMaterial e) {
            throw new UnusableMaterial("crl " + e.getMessage());
        }
    }
}
