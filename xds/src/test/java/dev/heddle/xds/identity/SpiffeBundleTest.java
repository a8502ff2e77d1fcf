package dev.heddle.xds.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bundles that nobody vouches for.
class SpiffeBundleTest {
    /// EC on P-256, RSA with 2048 bits, and one that may sign nothing.
    private static final X509Certificate EC = certificate(Roots.EC);

    private static final X509Certificate RSA = certificate(Roots.RSA);
    private static final X509Certificate LEAF = certificate(Roots.LEAF);

    private static final String GOOD =
            new SpiffeBundle(List.of(EC), Optional.of(7L), Optional.of(Duration.ofMinutes(5)))
                    .json();

    private static X509Certificate certificate(String pem) {
        try {
            return PemText.certificates(pem).getFirst();
        } catch (UnusableMaterial e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        var bundle =
                new SpiffeBundle(
                        List.of(EC, RSA), Optional.of(1L << 40), Optional.of(Duration.ofHours(1)));
        assertThat(SpiffeBundle.parse(bundle.json())).isEqualTo(bundle);
        assertThat(PemText.certificates(SpiffeBundle.pem(bundle.roots()))).containsExactly(EC, RSA);
    }

    @Test
    void aRootIsThereOnceAndNoneIsNoBundle() throws Exception {
        String twice = GOOD.replaceFirst("\\{\"keys\":\\[(.*)\\],", "{\"keys\":[$1,$1],");
        assertThat(SpiffeBundle.parse(twice).roots()).containsExactly(EC);
        assertThatThrownBy(() -> new SpiffeBundle(List.of(), Optional.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsOfNoConcernIsPassedOver() throws Exception {
        String more =
                GOOD.replace(
                        "{\"keys\":[",
                        "{\"keys\":["
                                + "{\"use\":\"jwt-svid\",\"kty\":\"EC\",\"kid\":\"a\"},"
                                + "{\"use\":\"coffee\"},"
                                + "{\"kty\":\"EC\"},"
                                + "{\"use\":\"x509-svid\",\"kty\":\"OKP\"},");
        SpiffeBundle read = SpiffeBundle.parse(more);
        assertThat(read.roots()).containsExactly(EC);
        assertThat(read.sequence()).contains(7L);
        assertThat(read.refreshHint()).contains(Duration.ofMinutes(5));
    }

    @Test
    void aHintAndANumberNeedNotBeThere() throws Exception {
        String bare = new SpiffeBundle(List.of(RSA), Optional.empty(), Optional.empty()).json();
        assertThat(bare).doesNotContain("spiffe_");
        assertThat(SpiffeBundle.parse(bare).sequence()).isEmpty();
        // Nobody asks all the time because somebody says 0.
        assertThat(
                        SpiffeBundle.parse(bare.replace("]}", "],\"spiffe_refresh_hint\":0}"))
                                .refreshHint())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                " | no JSON object",
                "[] | no JSON object",
                "{} | no list 'keys'",
                "{\"keys\": {}} | no list 'keys'",
                "{\"keys\": []} | no root",
                "{\"keys\": [], \"keys\": []} | no JSON object",
                "{\"keys\": [1]} | keys[0] is no JSON object",
                "{\"keys\": [{\"use\": \"jwt-svid\"}]} | no root",
                "{\"keys\": [{\"use\": \"x509-svid\", \"kty\": \"EC\"}]} | keys[0].x5c",
                "{\"keys\": [{\"use\": \"x509-svid\", \"kty\": \"EC\", \"x5c\": []}]} | keys[0].x5c",
                "{\"keys\": [{\"use\": \"x509-svid\", \"kty\": \"EC\", \"x5c\": [7]}]} | keys[0].x5c",
                "{\"keys\": [{\"use\": \"x509-svid\", \"kty\": \"EC\", \"x5c\": [\"AAAA\"]}]} | no"
                        + " certificate",
                "{\"keys\": [{\"use\": \"x509-svid\", \"kty\": \"EC\", \"x5c\": [\"*\"]}]} | no"
                        + " certificate",
            })
    void whatIsNoBundleIsRefusedWithTheEntry(String text, String why) {
        assertThatThrownBy(() -> SpiffeBundle.parse(text == null ? "" : text))
                .isInstanceOf(UnusableMaterial.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "\"7\"", "1e300", "true", "[]"})
    void aSequenceIsAWholeNumber(String number) {
        String text = GOOD.replace("\"spiffe_sequence\":7", "\"spiffe_sequence\":" + number);
        assertThat(text).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> SpiffeBundle.parse(text))
                .isInstanceOf(UnusableMaterial.class)
                .hasMessageContaining("spiffe_sequence");
    }

    @Test
    void aCertificateAndItsKeyAreOne() {
        String other = new SpiffeBundle(List.of(RSA), Optional.empty(), Optional.empty()).json();
        String ofRsa = other.replaceFirst(".*\"x5c\":\\[\"([^\"]*)\"\\].*\\n", "$1");
        String mixed = GOOD.replaceFirst("\"x5c\":\\[\"[^\"]*\"\\]", "\"x5c\":[\"" + ofRsa + "\"]");
        assertThat(mixed).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> SpiffeBundle.parse(mixed))
                .hasMessageContaining("keys[0].kty is not that of its certificate");
        assertThatThrownBy(() -> SpiffeBundle.parse(GOOD.replaceFirst("\"x\":\"..", "\"x\":\"AA")))
                .hasMessageContaining("keys[0].x is not that of its certificate");
        assertThatThrownBy(() -> SpiffeBundle.parse(GOOD.replace("P-256", "P-384")))
                .hasMessageContaining("keys[0].crv is not that of its certificate");
    }

    @Test
    void whoMaySignNothingIsNoRoot() {
        String leaf = new SpiffeBundle(List.of(LEAF), Optional.empty(), Optional.empty()).json();
        assertThatThrownBy(() -> SpiffeBundle.parse(leaf)).hasMessageContaining("may sign nothing");
    }

    @Test
    void whatIsHugeIsNotRead() {
        assertThatThrownBy(() -> SpiffeBundle.parse(" ".repeat((1 << 20) + 1)))
                .hasMessageContaining("expected: at most");
        assertThatThrownBy(() -> SpiffeBundle.parse("{\"keys\":[" + "{},".repeat(100) + "{}]}"))
                .hasMessageContaining("101 keys (expected: at most 100)");
        assertThatThrownBy(() -> SpiffeBundle.parse("{\"keys\":" + "[".repeat(100_000)))
                .hasMessageContaining("no JSON object");
    }

    @Test
    void severalDomainsStandInOneDocument() throws Exception {
        String both =
                "{\"trust_domains\":{\"a.example\":%s,\"b.example\":%s}}"
                        .formatted(
                                GOOD,
                                new SpiffeBundle(List.of(RSA), Optional.empty(), Optional.empty())
                                        .json());
        var read = SpiffeBundle.parseMap(both);
        assertThat(read)
                .hasSize(2)
                .hasEntrySatisfying("a.example", b -> assertThat(b.roots()).containsExactly(EC))
                .hasEntrySatisfying("b.example", b -> assertThat(b.roots()).containsExactly(RSA));
        assertThatThrownBy(() -> SpiffeBundle.parseMap("{}")).isInstanceOf(UnusableMaterial.class);
        assertThatThrownBy(() -> SpiffeBundle.parseMap("{\"trust_domains\":{\"a\":1}}"))
                .hasMessageContaining("trust_domains.a");
    }
}
