package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.Signing;
import dev.heddle.proxy.identity.CertificateSource;
import dev.heddle.proxy.identity.Identity;
import dev.heddle.proxy.identity.IdentityAgent;
import dev.heddle.proxy.identity.IdentityFiles;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How an identity is kept fresh, in virtual time.
class IdentityAgentTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "shop", "web");

    @TempDir Path dir = Path.of("");

    /// An authority that does what a test wants.
    private final class Fake implements CertificateSource {
        private final CertificateAuthority authority;
        private Instant now = BEGIN;
        private SpiffeId answersFor = WEB;
        private Optional<List<String>> instead = Optional.empty();
        private boolean isDown;
        private int asked;

        Fake() throws IOException {
            authority =
                    CertificateAuthority.in(
                            dir.resolve("ca"), "cluster.local", Lives.NORMAL, BEGIN);
        }

        @Override
        public List<String> sign(String csr, Optional<Identity> held) throws IOException {
            asked++;
            if (isDown) {
                throw new IOException("connection refused");
            }
            return instead.orElseGet(() -> answer(csr));
        }

        private List<String> answer(String csr) {
            return Signing.texts(
                    (Signing.Issued) authority.sign(csr, answersFor, Duration.ZERO, now));
        }
    }

    private IdentityAgent agent(Fake source, long seed) {
        var random = new SplittableRandom(seed);
        var agent =
                new IdentityAgent(
                        new IdentityFiles(dir.resolve("own")), source, random::nextDouble);
        agent.begin(source.now);
        return agent;
    }

    /// Lets time pass; whenever something is due, it is done.
    ///
    /// @return the moments at which a certificate was asked for
    private static List<Instant> run(IdentityAgent agent, Fake source, Duration time) {
        Instant end = source.now.plus(time);
        var asked = new ArrayList<Instant>();
        while (source.now.isBefore(end)) {
            int before = source.asked;
            Duration idle = agent.turn(source.now);
            if (source.asked > before) {
                asked.add(source.now);
            }
            Duration step =
                    idle.compareTo(Duration.ofSeconds(10)) > 0 ? Duration.ofSeconds(10) : idle;
            source.now = source.now.plus(step.isZero() ? Duration.ofMillis(1) : step);
        }
        return asked;
    }

    @Test
    void anIdentityIsRenewedAtHalfOfItsLifeMoreOrLess() throws IOException {
        var source = new Fake();
        IdentityAgent agent = agent(source, 1);

        List<Instant> asked = run(agent, source, Duration.ofDays(20));

        assertThat(agent.held(source.now)).isPresent();
        for (int i = 1; i < asked.size(); i++) {
            assertThat(Duration.between(asked.get(i - 1), asked.get(i)))
                    .isBetween(Duration.ofMinutes(9 * 60 + 30), Duration.ofMinutes(14 * 60 + 30));
        }
        assertThat(asked).hasSizeBetween(33, 50);
        assertThat(asked.stream().map(t -> t.getEpochSecond() % 43_200).distinct().count())
                .as("not all at one time of the day")
                .isGreaterThan(10);
    }

    @Test
    void aThousandRenewalsLeaveNoMomentWithoutAnIdentity() throws Exception {
        var source = new Fake();
        IdentityAgent agent = agent(source, 2);
        agent.turn(source.now);
        for (int i = 0; i < 1_000; i++) {
            Instant before = agent.held(source.now).orElseThrow().end();
            while (agent.held(source.now).orElseThrow().end().equals(before)) {
                source.now = source.now.plus(Duration.ofMinutes(10));
                agent.turn(source.now);
            }
        }
        assertThat(source.asked).isEqualTo(1_001);
    }

    @Test
    void whatIsHeldOutlivesAnAuthorityThatIsAwayAndIsRenewedSoonAfterItComesBack()
            throws IOException {
        var source = new Fake();
        IdentityAgent agent = agent(source, 3);
        agent.turn(source.now);
        Identity first = agent.held(source.now).orElseThrow();
        source.isDown = true;

        List<Instant> asked = run(agent, source, Duration.ofHours(20));

        assertThat(agent.held(source.now)).hasValue(first);
        assertThat(agent.failures()).isGreaterThan(100);
        for (int i = 50; i < asked.size(); i++) {
            assertThat(Duration.between(asked.get(i - 1), asked.get(i)))
                    .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(41));
        }
        source.isDown = false;
        run(agent, source, Duration.ofSeconds(41));
        assertThat(agent.held(source.now).orElseThrow().end()).isAfter(first.end());
        assertThat(agent.failures()).isZero();
    }

    @Test
    void theFirstPausesAreShort() throws IOException {
        var source = new Fake();
        source.isDown = true;
        IdentityAgent agent = agent(source, 4);

        List<Instant> asked = run(agent, source, Duration.ofSeconds(2));

        assertThat(asked).hasSizeGreaterThan(4);
        assertThat(Duration.between(asked.get(0), asked.get(1)))
                .isBetween(Duration.ofMillis(25), Duration.ofMillis(51));
        assertThat(agent.held(source.now)).isEmpty();
    }

    @Test
    void whatHasExpiredIsNotHeld() throws IOException {
        var source = new Fake();
        IdentityAgent agent = agent(source, 5);
        agent.turn(source.now);
        source.isDown = true;

        run(agent, source, Duration.ofHours(25));

        assertThat(agent.held(source.now)).isEmpty();
    }

    @Test
    void aMachineThatSleptForThreeDaysRenewsAtOnce() throws IOException {
        var source = new Fake();
        IdentityAgent agent = agent(source, 6);
        agent.turn(source.now);

        source.now = source.now.plus(Duration.ofDays(3));
        assertThat(agent.held(source.now)).isEmpty();
        agent.turn(source.now);

        assertThat(agent.held(source.now)).isPresent();
    }

    @Test
    void anAnswerThatIsNotWholeOrAnothersIsNone() throws Exception {
        var source = new Fake();
        IdentityAgent agent = agent(source, 7);
        agent.turn(source.now);
        Identity held = agent.held(source.now).orElseThrow();
        var elsewhere =
                CertificateAuthority.in(dir.resolve("other"), "cluster.local", Lives.NORMAL, BEGIN);
        String other = SigningRequest.of(SigningRequest.newKey());
        source.now = source.now.plus(Duration.ofHours(15));
        List<String> ofAnotherKey = source.answer(other);

        for (List<String> answer :
                List.of(
                        List.<String>of(),
                        List.of(ofAnotherKey.getFirst()),
                        ofAnotherKey,
                        List.of("", ""),
                        List.of("x".repeat(1 << 20), "y"))) {
            source.instead = Optional.of(answer);
            run(agent, source, Duration.ofMinutes(1));
            assertThat(agent.held(source.now)).hasValue(held);
        }
        source.instead = Optional.empty();
        source.answersFor = SpiffeId.ofAccount("cluster.local", "shop", "bank");
        run(agent, source, Duration.ofMinutes(1));
        assertThat(agent.held(source.now)).hasValue(held);

        source.answersFor = WEB;
        run(agent, source, Duration.ofMinutes(1));
        assertThat(agent.held(source.now).orElseThrow().end()).isAfter(held.end());
        assertThat(elsewhere.issuer()).isNotEqualTo(source.authority.issuer());
    }

    @Test
    void aSecondRunTakesWhatTheFirstHasLeftAndOnlyItsOwnerReadsIt() throws IOException {
        var source = new Fake();
        agent(source, 8).turn(source.now);

        IdentityAgent second = agent(source, 9);

        assertThat(second.held(source.now)).isPresent();
        assertThat(second.turn(source.now)).isGreaterThan(Duration.ofHours(9));
        assertThat(source.asked).isEqualTo(1);
        for (String file : List.of("key.pem", "cert-chain.pem", "root-cert.pem")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            dir.resolve("own").resolve(file))))
                    .isEqualTo("rw-------");
        }
        assertThat(second.held(source.now).orElseThrow().toString()).doesNotContain("PRIVATE");
    }
}
