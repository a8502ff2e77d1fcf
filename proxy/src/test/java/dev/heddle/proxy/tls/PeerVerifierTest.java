package dev.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.heddle.proxy.tls.PeerVerifier.Side;
import dev.heddle.xds.secret.UnusableMaterial;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is believed, and why not.
class PeerVerifierTest {

    @TempDir Path directory;

    private TestAuthority root;
    private TestAuthority other;
    private Instant now;

    @BeforeEach
    void open() throws Exception {
        root = TestAuthority.root(directory, "root");
        other = TestAuthority.root(directory, "other");
        now = root.x509().getNotBefore().toInstant().plus(Duration.ofHours(1));
    }

    private TrustRules rules(SanMatch... names) throws Exception {
        return new TrustRules(
                List.of(root.x509()),
                List.of(),
                List.of(names),
                List.of(),
                List.of(),
                TrustRules.Leniency.NONE);
    }

    private static SanMatch name(SanMatch.Kind kind, String exact) {
        return new SanMatch(kind, new SanMatch.Text.Exact(exact, false));
    }

    private PeerVerdict verdict(TrustRules rules, List<X509Certificate> shown) {
        return new PeerVerifier(rules).verify(shown, Side.CLIENT, now);
    }

    private void refuses(
            TrustRules rules, List<X509Certificate> shown, PeerVerdict.Fault fault, String why) {
        assertThat(verdict(rules, shown))
                .isInstanceOfSatisfying(
                        PeerVerdict.Refused.class,
                        refused -> {
                            assertThat(refused.fault()).as(refused.why()).isEqualTo(fault);
                            assertThat(refused.why()).contains(why);
                        });
    }

    private void believes(TrustRules rules, List<X509Certificate> shown) {
        assertThat(verdict(rules, shown)).isEqualTo(new PeerVerdict.Believed());
    }

    @Test
    void aChainMustLeadToARoot() throws Exception {
        believes(rules(), root.leaf("good", "DNS:a.example").chain());
        refuses(
                rules(),
                other.leaf("foreign", "DNS:a.example").chain(),
                PeerVerdict.Fault.CHAIN,
                "none of the trusted roots");
        refuses(rules(), List.of(), PeerVerdict.Fault.NO_CERTIFICATE, "no certificate");
        assertThat(verdict(TrustRules.NONE, other.leaf("any", "DNS:a").chain()))
                .isEqualTo(new PeerVerdict.Unproven());
    }

    private TrustRules domains(SanMatch... names) throws Exception {
        var bundles = new TreeMap<String, TrustRules.Bundle>();
        bundles.put("a.example", new TrustRules.Bundle(List.of(root.x509()), List.of()));
        bundles.put("b.example", new TrustRules.Bundle(List.of(other.x509()), List.of()));
        return new TrustRules(
                List.of(),
                List.of(),
                bundles,
                List.of(names),
                List.of(),
                List.of(),
                TrustRules.Leniency.NONE);
    }

    @Test
    void eachTrustDomainHasItsOwnRoots() throws Exception {
        believes(domains(), root.leaf("a", "URI:spiffe://a.example/web").chain());
        believes(domains(), other.leaf("b", "URI:spiffe://b.example/web").chain());
        refuses(
                domains(),
                other.leaf("posing", "URI:spiffe://a.example/web").chain(),
                PeerVerdict.Fault.CHAIN,
                "none of the trusted roots");
        refuses(
                domains(),
                root.leaf("lying", "URI:spiffe://b.example/web").chain(),
                PeerVerdict.Fault.CHAIN,
                "none of the trusted roots");
        refuses(
                domains(),
                root.leaf("stranger", "URI:spiffe://c.example/web").chain(),
                PeerVerdict.Fault.CHAIN,
                "is of trust domain 'c.example', whose roots are not known");
    }

    @Test
    void whoSaysNoTrustDomainIsOfNone() throws Exception {
        for (String names :
                List.of(
                        "DNS:a.example",
                        "URI:https://a.example/web",
                        "URI:spiffe://a.example",
                        "URI:spiffe://A.example/web",
                        "URI:spiffe://a.example/web,URI:spiffe://b.example/web")) {
            refuses(
                    domains(),
                    root.leaf("none", names).chain(),
                    PeerVerdict.Fault.CHAIN,
                    "says no trust domain");
        }
    }

    @Test
    void withinTrustDomainsOnlyAnIdIsAName() throws Exception {
        List<X509Certificate> web =
                root.leaf("both", "URI:spiffe://a.example/web,DNS:web.example").chain();
        believes(domains(name(SanMatch.Kind.URI, "spiffe://a.example/web")), web);
        refuses(
                domains(name(SanMatch.Kind.URI, "spiffe://a.example/other")),
                web,
                PeerVerdict.Fault.NAME,
                "expected: one of");
        refuses(
                domains(name(SanMatch.Kind.DNS, "web.example")),
                web,
                PeerVerdict.Fault.NAME,
                "expected: one of");
    }

    @Test
    void intermediatesAreFoundInAnyOrderAndMustBeThere() throws Exception {
        TestAuthority first = root.intermediate("first");
        TestAuthority second = first.intermediate("second");
        X509Certificate leaf = second.leaf("deep", "DNS:a.example").chain().getFirst();
        believes(rules(), List.of(leaf, second.x509(), first.x509()));
        believes(rules(), List.of(leaf, first.x509(), root.x509(), second.x509()));
        refuses(rules(), List.of(leaf, first.x509()), PeerVerdict.Fault.CHAIN, "leads to none");
        var shallow =
                new TrustRules(
                        List.of(root.x509()),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        new TrustRules.Leniency(false, false, false, OptionalInt.of(1)));
        refuses(
                shallow,
                List.of(leaf, second.x509(), first.x509()),
                PeerVerdict.Fault.CHAIN,
                "deep");
    }

    @Test
    void datesCount() throws Exception {
        List<X509Certificate> leaf = root.leaf("dated", "DNS:a.example").chain();
        now = leaf.getFirst().getNotAfter().toInstant().plusSeconds(1);
        refuses(rules(), leaf, PeerVerdict.Fault.EXPIRED, "expired at");
        var lenient =
                new TrustRules(
                        List.of(root.x509()),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        new TrustRules.Leniency(false, true, false, OptionalInt.empty()));
        believes(lenient, leaf);
        now = leaf.getFirst().getNotBefore().toInstant().minusSeconds(1);
        refuses(rules(), leaf, PeerVerdict.Fault.EXPIRED, "not valid before");
    }

    @Test
    void aCertificateMustBeMeantForThisUseAndBeStrong() throws Exception {
        List<X509Certificate> server =
                root.leaf("server", "ec", "subjectAltName=DNS:a\nextendedKeyUsage=serverAuth")
                        .chain();
        refuses(rules(), server, PeerVerdict.Fault.CHAIN, "clientAuth");
        assertThat(new PeerVerifier(rules()).verify(server, Side.SERVER, now))
                .isEqualTo(new PeerVerdict.Believed());
        refuses(
                rules(),
                root.leaf("signer", "ec", "subjectAltName=DNS:a\nkeyUsage=keyCertSign").chain(),
                PeerVerdict.Fault.CHAIN,
                "digitalSignature");
        refuses(
                rules(),
                root.leaf("weak", "rsa:1024", "subjectAltName=DNS:a").chain(),
                PeerVerdict.Fault.CHAIN,
                "1024");
    }

    @Test
    void aNameMustMatchByItsKind() throws Exception {
        List<X509Certificate> leaf =
                root.leaf(
                                "named",
                                "URI:spiffe://td/ns/a/sa/b,DNS:*.shop.example,IP:10.1.2.3,"
                                        + "email:a@b.example")
                        .chain();
        believes(rules(name(SanMatch.Kind.URI, "spiffe://td/ns/a/sa/b")), leaf);
        believes(rules(name(SanMatch.Kind.DNS, "WWW.shop.example")), leaf);
        believes(rules(name(SanMatch.Kind.IP_ADDRESS, "10.1.2.3")), leaf);
        believes(rules(name(SanMatch.Kind.EMAIL, "a@b.example")), leaf);
        believes(
                rules(
                        name(SanMatch.Kind.DNS, "other"),
                        new SanMatch(
                                SanMatch.Kind.URI,
                                new SanMatch.Text.Prefix("spiffe://td/ns/a/", false))),
                leaf);
        believes(
                rules(
                        new SanMatch(
                                SanMatch.Kind.URI,
                                new SanMatch.Text.Regex(Pattern.compile("spiffe://td/.*/b")))),
                leaf);
        for (SanMatch wrong :
                List.of(
                        name(SanMatch.Kind.URI, "spiffe://td/ns/a/sa/B"),
                        name(SanMatch.Kind.URI, "spiffe://td/ns/a/sa"),
                        name(SanMatch.Kind.DNS, "a.b.shop.example"),
                        name(SanMatch.Kind.DNS, "shop.example"),
                        name(SanMatch.Kind.DNS, "10.1.2.3"),
                        new SanMatch(
                                SanMatch.Kind.URI,
                                new SanMatch.Text.Regex(Pattern.compile("spiffe://td/"))))) {
            refuses(rules(wrong), leaf, PeerVerdict.Fault.NAME, "spiffe://td/ns/a/sa/b");
        }
    }

    @Test
    void whoShowsASpiffeIdIsALeafWithExactlyOneUri() throws Exception {
        refuses(
                rules(),
                root.leaf("two", "URI:spiffe://td/a,URI:spiffe://td/b").chain(),
                PeerVerdict.Fault.NAME,
                "2 URIs");
        refuses(
                rules(),
                root.leaf(
                                "authority",
                                "ec",
                                "subjectAltName=URI:spiffe://td/a\nbasicConstraints=CA:true")
                        .chain(),
                PeerVerdict.Fault.NAME,
                "is a CA");
    }

    @Test
    void fingerprintsPinACertificateOrItsKey() throws Exception {
        List<X509Certificate> leaf = other.leaf("pinned", "DNS:a").chain();
        var digest = MessageDigest.getInstance("SHA-256");
        String whole = HexFormat.of().formatHex(digest.digest(leaf.getFirst().getEncoded()));
        String key =
                Base64.getEncoder()
                        .encodeToString(digest.digest(leaf.getFirst().getPublicKey().getEncoded()));
        believes(pinned(List.of(whole), List.of()), leaf);
        believes(pinned(List.of("00"), List.of(key)), leaf);
        refuses(pinned(List.of("00"), List.of("11")), leaf, PeerVerdict.Fault.FINGERPRINT, whole);
    }

    private static TrustRules pinned(List<String> whole, List<String> keys) {
        return new TrustRules(
                List.of(), List.of(), List.of(), whole, keys, TrustRules.Leniency.NONE);
    }

    @Test
    void namesWithoutRootsProveNothing() throws Exception {
        var rules =
                new TrustRules(
                        List.of(),
                        List.of(),
                        List.of(name(SanMatch.Kind.DNS, "a")),
                        List.of(),
                        List.of(),
                        TrustRules.Leniency.NONE);
        refuses(rules, other.leaf("liar", "DNS:a").chain(), PeerVerdict.Fault.CHAIN, "no roots");
    }

    @Test
    void aLeafAmongTheRootsIsItsOwnRoot() throws Exception {
        TestAuthority.Leaf leaf = other.leaf("self", "DNS:a");
        var rules =
                new TrustRules(
                        leaf.chain(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        TrustRules.Leniency.NONE);
        believes(rules, leaf.chain());
        now = leaf.chain().getFirst().getNotAfter().toInstant().plusSeconds(1);
        refuses(rules, leaf.chain(), PeerVerdict.Fault.EXPIRED, "expired");
    }

    @Test
    void whatIsRevokedIsRefusedAndWhatNoListKnowsToo() throws Exception {
        TestAuthority.Leaf gone = root.leaf("gone", "DNS:a");
        TestAuthority.Leaf kept = root.leaf("kept", "DNS:a");
        TrustRules rules = revoking(TrustRules.parseRevocations(root.revoking(gone)));
        now = Instant.ofEpochSecond(Math.max(now.getEpochSecond(), rulesStart(rules)));
        believes(rules, kept.chain());
        refuses(rules, gone.chain(), PeerVerdict.Fault.REVOKED, "REVOKED");
        TrustRules foreign = revoking(TrustRules.parseRevocations(other.revoking()));
        refuses(foreign, kept.chain(), PeerVerdict.Fault.REVOKED, "expected: a CRL");
    }

    private static long rulesStart(TrustRules rules) {
        return rules.revocations().stream()
                .mapToLong(list -> list.getThisUpdate().toInstant().getEpochSecond() + 1)
                .max()
                .orElse(0);
    }

    private TrustRules revoking(List<X509CRL> lists) throws Exception {
        return new TrustRules(
                List.of(root.x509()),
                lists,
                List.of(),
                List.of(),
                List.of(),
                TrustRules.Leniency.NONE);
    }

    @Test
    void untrustedPeersMayBeTolerated() throws Exception {
        var rules =
                new TrustRules(
                        List.of(root.x509()),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        new TrustRules.Leniency(true, false, false, OptionalInt.empty()));
        assertThat(verdict(rules, other.leaf("nobody", "DNS:a").chain()))
                .isEqualTo(new PeerVerdict.Unproven());
        believes(rules, root.leaf("somebody", "DNS:a").chain());
    }

    @Test
    void keysAreReadInTheFormsThatOpensslWrites() throws Exception {
        assertThat(root.leaf("sec1", "DNS:a").read().isElliptic()).isTrue();
        assertThat(root.leaf("pkcs1", "rsa:2048", "subjectAltName=DNS:a").read().isElliptic())
                .isFalse();
    }

    @Test
    void aKeyMustBeItsCertificatesAndStrong() throws Exception {
        TestAuthority.Leaf one = root.leaf("one", "DNS:a");
        TestAuthority.Leaf two = root.leaf("two-keys", "DNS:a");
        TestAuthority.Leaf weak = root.leaf("weak-own", "rsa:1024", "subjectAltName=DNS:a");
        assertThat(
                        Stream.of(
                                        new TestAuthority.Leaf(one.certificate(), two.key()),
                                        new TestAuthority.Leaf(
                                                one.certificate(), one.certificate()),
                                        new TestAuthority.Leaf(one.key(), one.key()),
                                        weak)
                                .map(PeerVerifierTest::mistake))
                .containsExactly(
                        "private_key is not the one of certificate_chain",
                        "private_key has no private key (expected: PEM, BEGIN PRIVATE KEY)",
                        "certificate_chain has no certificate (expected: PEM, BEGIN CERTIFICATE)",
                        "certificate_chain has an RSA key of 1024 bits (expected: at least 2048)");
    }

    private static String mistake(TestAuthority.Leaf leaf) {
        try {
            return leaf.read().toString();
        } catch (UnusableMaterial e) {
            return String.valueOf(e.getMessage());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
