package dev.heddle.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationsTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "shop", "web");

    @TempDir Path dir = Path.of("");
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private Rotations rotations = new Rotations(dir, "cluster.local");

    @BeforeEach
    void anAuthority() throws IOException {
        rotations = new Rotations(dir, "cluster.local");
        authority();
    }

    private CertificateAuthority authority() throws IOException {
        return rotations.authority(Lives.NORMAL, now);
    }

    /// A proxy asks for a certificate.
    ///
    /// @param before that it had; empty for its first
    private X509Certificate renew(Optional<X509Certificate> before) throws IOException {
        now = now.plusSeconds(1);
        CertificateAuthority by = authority();
        var made =
                (Signing.Issued)
                        by.sign(
                                SigningRequest.of(SigningRequest.newKey()),
                                WEB,
                                Duration.ZERO,
                                now);
        rotations.issued().add(made, by.issuer().certificate(), WEB.toString(), before, now);
        return made.certificate();
    }

    /// As a command and the authority do it, each with what it reads for itself.
    @Test
    void whoLooksOnSeesNoStepHalfDone() throws Exception {
        var isOver = new AtomicBoolean();
        Callable<Integer> looking =
                () -> {
                    var mine = new Rotations(dir, "cluster.local");
                    int looks = 0;
                    for (; !isOver.get() || looks < 10; looks++) {
                        mine.standing(now);
                        mine.mark();
                        assertThat(mine.authority(Lives.NORMAL, now).issuer().roots())
                                .hasSizeBetween(1, 2);
                    }
                    return looks;
                };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> lookers =
                    List.of(threads.submit(looking), threads.submit(looking));
            try {
                for (int i = 0; i < 5; i++) {
                    X509Certificate old = authority().issuer().certificate();
                    for (String step : List.of("announce", "sign", "retire")) {
                        rotations.step(step, true, now);
                    }
                    assertThat(authority().issuer().roots()).hasSize(1).doesNotContain(old);
                }
            } finally {
                isOver.set(true);
            }
            for (Future<Integer> looker : lookers) {
                assertThat(looker.get()).isPositive();
            }
        }
    }

    @Test
    void eachStepWaitsUntilEveryProxyIsReady() throws Exception {
        X509Certificate old = authority().issuer().certificate();
        X509Certificate one = renew(Optional.empty());
        X509Certificate two = renew(Optional.empty());

        rotations.step("announce", false, now);

        assertThat(authority().issuer().certificate()).isEqualTo(old);
        assertThat(authority().issuer().roots()).hasSize(2).contains(old);
        assertThat(rotations.standing(now).missing()).hasSize(2);
        assertThatThrownBy(() -> rotations.step("sign", false, now))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("2 proxies are not ready")
                .hasMessageContaining(WEB.toString());
        one = renew(Optional.of(one));
        assertThat(rotations.standing(now).missing()).hasSize(1);
        two = renew(Optional.of(two));
        rotations.step("sign", false, now);

        X509Certificate next = authority().issuer().certificate();
        assertThat(next).isNotEqualTo(old);
        assertThat(authority().issuer().roots()).containsExactly(next, old);
        assertThat(rotations.standing(now).missing()).hasSize(2);
        assertThatThrownBy(() -> rotations.step("retire", false, now))
                .hasMessageContaining("by the old root");
        one = renew(Optional.of(one));
        two = renew(Optional.of(two));
        rotations.step("retire", false, now);

        assertThat(authority().issuer().roots()).containsExactly(next);
        assertThat(rotations.standing(now).phase()).isEqualTo("settled");
        assertThat(IssuerFiles.read(dir, now).certificate()).isEqualTo(next);
        one.verify(next.getPublicKey());
        two.verify(next.getPublicKey());
    }

    @Test
    void aProxyThatIsGoneIsWaitedForUntilItsCertificateEnds() throws Exception {
        renew(Optional.empty());
        rotations.step("announce", false, now);
        assertThat(rotations.standing(now).missing()).hasSize(1);

        now = now.plus(Duration.ofHours(25));

        assertThat(rotations.standing(now).missing()).isEmpty();
        rotations.step("sign", false, now);
        assertThat(rotations.standing(now).phase()).isEqualTo("signing");
    }

    @Test
    void itGoesBackFromEveryStepWhereNobodyLosesByIt() throws Exception {
        X509Certificate old = authority().issuer().certificate();
        X509Certificate one = renew(Optional.empty());
        rotations.step("announce", false, now);
        rotations.step("back", false, now);
        assertThat(authority().issuer().roots()).containsExactly(old);

        rotations.step("announce", false, now);
        one = renew(Optional.of(one));
        rotations.step("sign", false, now);
        one = renew(Optional.of(one));
        rotations.step("back", false, now);
        assertThat(authority().issuer().certificate()).isEqualTo(old);
        assertThat(authority().issuer().roots()).hasSize(2);
        assertThatThrownBy(() -> rotations.step("back", false, now))
                .hasMessageContaining("by the new root");
        renew(Optional.of(one));
        rotations.step("back", false, now);
        assertThat(authority().issuer().roots()).containsExactly(old);
    }

    @Test
    void aStepThatIsNoneFromHereIsRefused() {
        for (String step : new String[] {"sign", "retire", "back", "jump"}) {
            assertThatThrownBy(() -> rotations.step(step, true, now))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(step);
        }
    }

    @Test
    void oneThatIsForcedIsDone() throws Exception {
        renew(Optional.empty());
        rotations.step("announce", false, now);
        rotations.step("sign", true, now);
        rotations.step("retire", true, now);

        assertThat(authority().issuer().roots()).hasSize(1);
        assertThat(rotations.standing(now).proxies()).isEqualTo(1);
    }

    @Test
    void aStepThatIsDoneWhileAnotherIsTakenIsTakenNext() throws Exception {
        rotations.step("announce", false, now);
        var adopted = new ArrayList<CertificateAuthority>();
        var watch =
                new IssuerWatch(
                        new IssuerPlace.Own(rotations, Lives.NORMAL),
                        InstantSource.fixed(now),
                        "",
                        next -> {
                            if (adopted.isEmpty()) {
                                step("sign");
                            }
                            adopted.add(next);
                        });

        watch.look();
        watch.look();

        assertThat(adopted).hasSize(2);
        assertThat(adopted.getLast().issuer().certificate())
                .isEqualTo(authority().issuer().certificate());
    }

    private void step(String step) {
        try {
            rotations.step(step, false, now);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aHalfWrittenLineCostsNoOther() throws Exception {
        renew(Optional.empty());
        Files.writeString(
                dir.resolve("issued"), "12ab spiffe://cluster.lo", StandardOpenOption.APPEND);
        renew(Optional.empty());

        assertThat(rotations.issued().inUse(now)).hasSize(2);
    }
}
