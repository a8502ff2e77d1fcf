package dev.heddle.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationsTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "shop", "web");
    private static final SpiffeId API = SpiffeId.ofAccount("cluster.local", "shop", "api");

    @TempDir Path dir = Path.of("");
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private Rotations rotations = new Rotations(dir, "cluster.local");
    private Revocations revocations = new Revocations(rotations);

    @BeforeEach
    void anAuthority() throws IOException {
        rotations = new Rotations(dir, "cluster.local");
        revocations = new Revocations(rotations);
        issuer();
    }

    private Issuer issuer() throws IOException {
        return rotations.authority(Lives.NORMAL, now).issuer();
    }

    private X509Certificate signed(SpiffeId of, Optional<X509Certificate> instead)
            throws IOException {
        now = now.plusSeconds(1);
        CertificateAuthority by = rotations.authority(Lives.NORMAL, now);
        var made =
                (Signing.Issued)
                        by.sign(SigningRequest.of(SigningRequest.newKey()), of, Duration.ZERO, now);
        rotations.issued().add(made, by.issuer().certificate(), of.toString(), instead, now);
        return made.certificate();
    }

    private boolean isRevoked(X509Certificate certificate) throws IOException {
        return issuer().revoked().has(List.of(certificate));
    }

    @Test
    void allOfAnIdentityAreRevokedAlsoThoseThatWereRenewed() throws IOException {
        X509Certificate first = signed(WEB, Optional.empty());
        X509Certificate second = signed(WEB, Optional.of(first));
        X509Certificate other = signed(API, Optional.empty());
        rotations.issued().tidy(now);
        assertThat(issuer().revoked().text()).isEmpty();

        assertThat(revocations.revokeIdentity(WEB.toString(), now)).hasSize(2);

        assertThat(isRevoked(first)).isTrue();
        assertThat(isRevoked(second)).isTrue();
        assertThat(isRevoked(other)).isFalse();
        assertThat(isRevoked(signed(WEB, Optional.empty()))).isFalse();
        assertThat(revocations.revokeIdentity(API.toString(), now.plus(Duration.ofDays(2))))
                .isEmpty();
    }

    @Test
    void oneIsRevokedByItsNumberWhetherItIsKnownOrNot() throws IOException {
        X509Certificate known = signed(WEB, Optional.empty());
        String number = known.getSerialNumber().toString(16);

        assertThat(revocations.revokeNumber(number.toUpperCase(Locale.ROOT), now))
                .extracting(Revocations.Certificate::of)
                .containsExactly(WEB.toString());
        assertThat(revocations.revokeNumber("0a:0b", now))
                .extracting(Revocations.Certificate::number)
                .containsExactly("a0b");
        assertThat(revocations.revokeNumber("A0B", now)).isEmpty();

        assertThat(isRevoked(known)).isTrue();
        assertThat(issuer().revoked().lists().getFirst().getRevokedCertificates()).hasSize(2);
        assertThatThrownBy(() -> revocations.revokeNumber("web", now))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("serial number in hex");
    }

    @Test
    void eachRootThatIsBelievedHasAList() throws IOException {
        X509Certificate lost = signed(WEB, Optional.empty());
        revocations.revokeIdentity(WEB.toString(), now);
        for (String step : List.of("announce", "sign", "retire")) {
            rotations.step(step, true, now);

            assertThat(isRevoked(lost)).as(step).isTrue();
            Issuer issuer = issuer();
            assertThat(Revoked.read(dir, issuer.roots(), now).lists())
                    .as(step)
                    .hasSizeGreaterThanOrEqualTo(issuer.roots().size());
        }
    }

    @Test
    void whatHasEndedIsForgotten() throws IOException {
        signed(WEB, Optional.empty());
        revocations.revokeIdentity(WEB.toString(), now);
        now = now.plus(Duration.ofDays(2));

        revocations.spread(now);

        assertThat(dir.resolve("ca-crl.pem")).doesNotExist();
        assertThat(revocations.all(now)).isEmpty();
    }

    @Test
    void listsOfSomebodyElseAreTakenWhenTheyChangeAndOnlyWhole() throws IOException {
        X509Certificate lost = signed(WEB, Optional.empty());
        Issuer issuer = issuer();
        var adopted = new ArrayList<CertificateAuthority>();
        var place = new IssuerPlace.Plugged(dir, Lives.NORMAL);
        var watch = new IssuerWatch(place, InstantSource.fixed(now), place.mark(), adopted::add);
        watch.look();
        assertThat(adopted).isEmpty();

        String list = CertificateProfile.revocations(issuer, List.of(lost.getSerialNumber()), now);
        Files.writeString(dir.resolve("ca-crl.pem"), list);
        watch.look();
        assertThat(adopted).hasSize(1);
        assertThat(adopted.getFirst().issuer().revoked().has(List.of(lost))).isTrue();

        String other =
                CertificateProfile.revocations(
                        IssuerFiles.make(dir.resolve("other"), "cluster.local", now),
                        List.of(),
                        now);
        for (String bad : List.of("garbage", other, list.replace("MII", "MIJ"), list + "\n")) {
            Files.writeString(dir.resolve("ca-crl.pem"), bad);
            watch.look();
        }
        // The last is as good as the first.
        assertThat(adopted).hasSize(2);
    }

    @Test
    void aListThatHasExpiredWouldRefuseEverybodySoItIsNotTaken() throws IOException {
        Issuer issuer = issuer();
        Files.writeString(
                dir.resolve("ca-crl.pem"), CertificateProfile.revocations(issuer, List.of(), now));
        Instant after = issuer.certificate().getNotAfter().toInstant();

        assertThatThrownBy(() -> Revoked.read(dir, issuer.roots(), after))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has expired");
        assertThat(Revoked.read(dir, issuer.roots(), after.minusSeconds(1)).lists()).hasSize(1);
    }
}
