package dev.heddle.proxy.tls;

import dev.heddle.xds.identity.SpiffeId;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides whether a peer's certificate is good enough. Pure: the time is brought.
///
/// A chain is built from what the peer showed, in any order, to one of the roots (RFC 5280 6, by
/// the JDK's PKIX); an intermediate certificate among the roots is a root. Beyond that RFC leaf and
/// intermediates must be meant for this use (extended key usage), keys and signatures must not be
/// weak, and whoever shows a SPIFFE id must be a leaf with exactly one URI (X509-SVID 2 and 4.1). A
/// name or fingerprint is looked at only after that.
///
/// Where the rules have roots by trust domain, a peer is judged by those of its own domain alone.
///
/// A first verification costs about a millisecond, which is why [PeerTrust] remembers.
public final class PeerVerifier {

    /// Which end the peer is.
    public enum Side {
        /// It connected to us.
        CLIENT("1.3.6.1.5.5.7.3.2", "clientAuth"),
        /// We connected to it.
        SERVER("1.3.6.1.5.5.7.3.1", "serverAuth");

        private final String usage;
        private final String usageName;

        Side(String usage, String usageName) {
            this.usage = usage;
            this.usageName = usageName;
        }
    }

    private static final int LEAST_RSA_BITS = 2048;

    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private final TrustRules rules;
    private final Set<TrustAnchor> anchors;

    /// One for each trust domain, where peers are measured by their own.
    private final SortedMap<String, PeerVerifier> domains = new TreeMap<>();

    public PeerVerifier(TrustRules rules) {
        this.rules = rules;
        this.anchors =
                rules.roots().stream()
                        .map(root -> new TrustAnchor(root, null))
                        .collect(Collectors.toUnmodifiableSet());
        rules.bundles()
                .forEach((domain, bundle) ->
                        domains.put(domain, new PeerVerifier(rules.within(bundle))));
    }

    /// The roots that it leads chains to.
    List<X509Certificate> roots() {
        return rules.allRoots();
    }

    /// Whether anything is asked of a peer.
    boolean asksNothing() {
        return rules.areEmpty();
    }

    /// Judges.
    ///
    /// @param shown what the peer showed, the leaf first
    /// @param now on this machine's clock
    public PeerVerdict verify(List<X509Certificate> shown, Side side, Instant now) {
        if (shown.isEmpty()) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.NO_CERTIFICATE, "the peer shows no certificate");
        }
        if (rules.areEmpty()) {
            return new PeerVerdict.Unproven();
        }
        if (!domains.isEmpty()) {
            return verifyWithinDomain(shown, side, now);
        }
        PeerVerdict.Refused refused = fault(shown, side, now);
        if (refused == null) {
            return new PeerVerdict.Believed();
        }
        return rules.leniency().acceptUntrusted() ? new PeerVerdict.Unproven() : refused;
    }

    /// Which roots count is what the peer says of itself: it must then lead to one of these. So no
    /// trust domain can vouch for another (SPIFFE Trust Domain and Bundle, 3; X509-SVID, 5.2).
    private PeerVerdict verifyWithinDomain(List<X509Certificate> shown, Side side, Instant now) {
        X509Certificate leaf = shown.getFirst();
        Optional<SpiffeId> id = SpiffeId.of(leaf).filter(it -> !it.path().isEmpty());
        if (id.isEmpty()) {
            return chain(leaf, "says no trust domain (expected: exactly one URI, a SPIFFE id)");
        }
        PeerVerifier domain = domains.get(id.get().trustDomain());
        if (domain == null) {
            return chain(
                    leaf,
                    "is of trust domain '%s', whose roots are not known (expected: one of %s)"
                            .formatted(id.get().trustDomain(), domains.keySet()));
        }
        boolean[] usage = leaf.getKeyUsage();
        if (usage != null && (usage[KEY_CERT_SIGN] || usage[CRL_SIGN])) {
            return chain(leaf, "may sign others (expected: a leaf)");
        }
        return domain.verify(shown, side, now);
    }

    private PeerVerdict.@Nullable Refused fault(
            List<X509Certificate> shown, Side side, Instant now) {
        X509Certificate leaf = shown.getFirst();
        boolean isPinned = !rules.fingerprints().isEmpty() || !rules.keyFingerprints().isEmpty();
        if (anchors.isEmpty() && !isPinned) {
            // Anybody can write a name into a certificate.
            return chain(leaf, "no roots to verify its name by (expected: trusted_ca)");
        }
        PeerVerdict.Refused refused = anchors.isEmpty() ? null : chainFault(shown, side, now);
        if (refused == null) {
            refused = nameFault(leaf);
        }
        return refused == null ? fingerprintFault(leaf) : refused;
    }

    private PeerVerdict.@Nullable Refused chainFault(
            List<X509Certificate> shown, Side side, Instant now) {
        X509Certificate leaf = shown.getFirst();
        List<X509Certificate> path = List.of(leaf);
        if (rules.roots().contains(leaf)) {
            // The peer itself is what is trusted; its dates still count.
            PeerVerdict.Refused dates = dateFault(leaf, now);
            if (dates != null) {
                return dates;
            }
        } else {
            try {
                path = path(shown, now, !rules.revocations().isEmpty());
            } catch (CertPathBuilderException e) {
                return whyNoPath(shown, now, e);
            } catch (GeneralSecurityException e) {
                return chain(leaf, String.valueOf(e.getMessage()));
            }
        }
        return unfitness(path, side);
    }

    /// The way from the leaf to a root, without the root.
    @SuppressWarnings("unchecked") // a path of X.509 has certificates of X.509
    private List<X509Certificate> path(
            List<X509Certificate> shown, Instant now, boolean looksUpRevoked)
            throws GeneralSecurityException {
        var target = new X509CertSelector();
        target.setCertificate(shown.getFirst());
        var parameters = new PKIXBuilderParameters(anchors, target);
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(shown)));
        parameters.setDate(Date.from(dateFor(shown, now)));
        parameters.setMaxPathLength(rules.leniency().maxDepth().orElse(100));
        CertPathBuilder builder = CertPathBuilder.getInstance("PKIX");
        parameters.setRevocationEnabled(looksUpRevoked);
        if (looksUpRevoked) {
            parameters.addCertStore(
                    CertStore.getInstance(
                            "Collection", new CollectionCertStoreParameters(rules.revocations())));
            var checker = (PKIXRevocationChecker) builder.getRevocationChecker();
            // What is here, never the network.
            checker.setOptions(
                    rules.leniency().onlyLeafRevocation()
                            ? EnumSet.of(
                                    PKIXRevocationChecker.Option.PREFER_CRLS,
                                    PKIXRevocationChecker.Option.NO_FALLBACK,
                                    PKIXRevocationChecker.Option.ONLY_END_ENTITY)
                            : EnumSet.of(
                                    PKIXRevocationChecker.Option.PREFER_CRLS,
                                    PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        }
        var result = (PKIXCertPathBuilderResult) builder.build(parameters);
        return (List<X509Certificate>) result.getCertPath().getCertificates();
    }

    /// A moment at which the leaf was good, where being out of date is forgiven.
    private Instant dateFor(List<X509Certificate> shown, Instant now) {
        Instant ends = shown.getFirst().getNotAfter().toInstant();
        return rules.leniency().allowExpired() && ends.isBefore(now) ? ends : now;
    }

    /// The JDK says only that there is no path when it did not find one: what is wrong with the
    /// leaf is then worth more.
    private PeerVerdict.Refused whyNoPath(
            List<X509Certificate> shown, Instant now, CertPathBuilderException e) {
        X509Certificate leaf = shown.getFirst();
        PeerVerdict.Refused dates = dateFault(leaf, now);
        if (dates != null) {
            return dates;
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException invalid) {
                String text = invalid.getReason() + ": " + invalid.getMessage();
                if (invalid.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                        || invalid.getReason()
                                == CertPathValidatorException.BasicReason.NOT_YET_VALID) {
                    return new PeerVerdict.Refused(PeerVerdict.Fault.EXPIRED, about(leaf, text));
                }
                if (invalid.getReason() == CertPathValidatorException.BasicReason.REVOKED
                        || invalid.getReason()
                                == CertPathValidatorException.BasicReason
                                        .UNDETERMINED_REVOCATION_STATUS) {
                    return new PeerVerdict.Refused(PeerVerdict.Fault.REVOKED, about(leaf, text));
                }
                return chain(leaf, text);
            }
        }
        if (hasPathUnlessRevoked(shown, now)) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.REVOKED,
                    about(leaf, "no list of revoked certificates tells of it (expected: a CRL)"));
        }
        return chain(
                leaf,
                "issued by "
                        + shown.getLast().getIssuerX500Principal()
                        + ", which leads to none of the trusted roots");
    }

    private boolean hasPathUnlessRevoked(List<X509Certificate> shown, Instant now) {
        if (rules.revocations().isEmpty()) {
            return false;
        }
        try {
            return !path(shown, now, false).isEmpty();
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private PeerVerdict.@Nullable Refused dateFault(X509Certificate leaf, Instant now) {
        try {
            if (!rules.leniency().allowExpired()) {
                leaf.checkValidity(Date.from(now));
            }
            return null;
        } catch (CertificateExpiredException e) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.EXPIRED,
                    about(leaf, "expired at " + leaf.getNotAfter().toInstant()));
        } catch (CertificateNotYetValidException e) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.EXPIRED,
                    about(leaf, "not valid before " + leaf.getNotBefore().toInstant()));
        }
    }

    /// What RFC 5280 leaves to whoever uses a certificate.
    private PeerVerdict.@Nullable Refused unfitness(List<X509Certificate> path, Side side) {
        X509Certificate leaf = path.getFirst();
        for (X509Certificate certificate : path) {
            try {
                List<String> usages = certificate.getExtendedKeyUsage();
                if (usages != null && !usages.contains(side.usage)) {
                    return chain(
                            certificate,
                            "not meant for this (expected: extended key usage "
                                    + side.usageName
                                    + ")");
                }
            } catch (CertificateParsingException e) {
                return chain(certificate, "extended key usage cannot be read");
            }
            if (certificate.getPublicKey() instanceof RSAPublicKey rsa
                    && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
                return chain(
                        certificate,
                        "RSA key of "
                                + rsa.getModulus().bitLength()
                                + " bits (expected: at least "
                                + LEAST_RSA_BITS
                                + ")");
            }
            if (certificate.getSigAlgName().startsWith("SHA1")
                    || certificate.getSigAlgName().startsWith("MD5")) {
                return chain(certificate, "signed with " + certificate.getSigAlgName());
            }
        }
        return keyUsageFault(leaf);
    }

    private static PeerVerdict.@Nullable Refused keyUsageFault(X509Certificate leaf) {
        boolean[] usage = leaf.getKeyUsage();
        // digitalSignature, keyEncipherment, keyAgreement
        return usage == null || usage[0] || usage[2] || usage[4]
                ? null
                : chain(leaf, "not meant for this (expected: key usage digitalSignature)");
    }

    private PeerVerdict.@Nullable Refused nameFault(X509Certificate leaf) {
        SubjectNames names;
        try {
            names = SubjectNames.of(leaf);
        } catch (CertificateParsingException e) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.NAME, about(leaf, "names cannot be read: " + e.getMessage()));
        }
        boolean isWorkload = names.uris().stream().anyMatch(uri -> uri.startsWith("spiffe://"));
        if (isWorkload && names.uris().size() != 1) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.NAME,
                    about(
                            leaf,
                            names.uris().size()
                                    + " URIs with a SPIFFE id among them (expected: exactly one)"));
        }
        if (isWorkload && leaf.getBasicConstraints() >= 0) {
            return new PeerVerdict.Refused(
                    PeerVerdict.Fault.NAME,
                    about(leaf, "is a CA and shows a SPIFFE id (expected: a leaf)"));
        }
        if (rules.names().isEmpty()
                || rules.names().stream().anyMatch(name -> name.matches(names))) {
            return null;
        }
        return new PeerVerdict.Refused(
                PeerVerdict.Fault.NAME,
                about(leaf, "names " + named(names) + " (expected: one of " + rules.names() + ")"));
    }

    private static Set<String> named(SubjectNames names) {
        var all = new HashSet<String>(names.uris());
        all.addAll(names.dns());
        all.addAll(names.addresses());
        all.addAll(names.emails());
        return all;
    }

    private PeerVerdict.@Nullable Refused fingerprintFault(X509Certificate leaf) {
        if (rules.fingerprints().isEmpty() && rules.keyFingerprints().isEmpty()) {
            return null;
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            String whole = HexFormat.of().formatHex(digest.digest(leaf.getEncoded()));
            String key =
                    Base64.getEncoder()
                            .encodeToString(digest.digest(leaf.getPublicKey().getEncoded()));
            return rules.fingerprints().contains(whole) || rules.keyFingerprints().contains(key)
                    ? null
                    : new PeerVerdict.Refused(
                            PeerVerdict.Fault.FINGERPRINT,
                            about(leaf, "SHA-256 " + whole + " is none of those expected"));
        } catch (GeneralSecurityException e) {
            return chain(leaf, String.valueOf(e.getMessage()));
        }
    }

    private static PeerVerdict.Refused chain(X509Certificate certificate, String what) {
        return new PeerVerdict.Refused(PeerVerdict.Fault.CHAIN, about(certificate, what));
    }

    private static String about(X509Certificate certificate, String what) {
        return "'" + certificate.getSubjectX500Principal() + "': " + what;
    }
}
