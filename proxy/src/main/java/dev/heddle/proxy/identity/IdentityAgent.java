package dev.heddle.proxy.identity;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps an identity fresh.
///
/// ```
///   none ──signed──▶ held ──half of its life──▶ asking ──signed──▶ held
///     └──refused, no answer: again after a pause──┘└── refused: again after a pause, held stays
/// ```
///
/// What is held is used as long as it is good, whatever the authority does. An answer that is not
/// whole, or is another's, is none.
@Confined("identity thread")
public final class IdentityAgent {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityAgent.class);

    private final IdentityFiles files;
    private final CertificateSource source;
    private final DoubleSupplier chance;
    private Optional<Identity> held = Optional.empty();
    private Instant next = Instant.MIN;
    private int failures;

    /// @param chance from 0 to 1
    public IdentityAgent(IdentityFiles files, CertificateSource source, DoubleSupplier chance) {
        this.files = files;
        this.source = source;
        this.chance = chance;
    }

    /// Takes what an earlier run has left, if it is good.
    public void begin(Instant now) {
        held = files.read(now);
        held.ifPresent(it -> next = Renewal.due(it.begin(), it.end(), chance.getAsDouble()));
    }

    /// What is held and good.
    public Optional<Identity> held(Instant now) {
        return held.filter(it -> now.isBefore(it.end()));
    }

    /// How often a certificate could not be had since the last that was.
    public int failures() {
        return failures;
    }

    /// Does what is due. May block.
    ///
    /// @return how long nothing is due
    public Duration turn(Instant now) {
        if (now.isBefore(next)) {
            return Duration.between(now, next);
        }
        try {
            Identity fresh = fresh(now);
            files.write(fresh);
            held = Optional.of(fresh);
            failures = 0;
            next = Renewal.due(fresh.begin(), fresh.end(), chance.getAsDouble());
            // What begins before it was made, or ends at once, is not asked for in a loop.
            if (!next.isAfter(now)) {
                next = now.plus(Duration.between(now, fresh.end()).dividedBy(2)).plusMillis(50);
            }
            LOG.info("identity: {} until {}", fresh.id(), fresh.end());
        } catch (IOException | UnusableMaterial e) {
            failures++;
            next = now.plus(Renewal.pause(failures, chance.getAsDouble()));
            // The first ones, then ever fewer: an outage of a night is no thousand lines.
            if (Integer.bitCount(failures) > 1 && failures % 50 != 0) {
                return Duration.between(now, next);
            }
            LOG.warn(
                    "identity: no certificate: {}; {}; again in {} ms",
                    e.getMessage(),
                    held(now)
                            .map(it -> "the one that is held is good until " + it.end())
                            .orElse("none is held"),
                    Duration.between(now, next).toMillis());
        }
        return Duration.between(now, next);
    }

    private Identity fresh(Instant now) throws IOException, UnusableMaterial {
        KeyPair key = SigningRequest.newKey();
        List<String> answer = source.sign(SigningRequest.of(key), held(now));
        if (answer.size() < 2) {
            throw new UnusableMaterial(
                    "the answer has " + answer.size() + " parts (expected: a chain and roots)");
        }
        Identity fresh =
                Identity.read(
                        String.join("", answer.subList(0, answer.size() - 1)),
                        SigningRequest.pem("PRIVATE KEY", key.getPrivate().getEncoded()),
                        answer.getLast(),
                        now);
        Optional<Identity> before = held(now);
        if (before.isPresent() && !before.get().id().equals(fresh.id())) {
            throw new UnusableMaterial(
                    "the answer is for " + fresh.id() + " (expected: " + before.get().id() + ")");
        }
        return fresh;
    }
}
