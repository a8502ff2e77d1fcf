package dev.heddle.control.access.oidc;

import dev.heddle.xds.token.JwtStatus;
import dev.heddle.xds.token.KeySet;
import dev.heddle.xds.token.Token;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// What a provider says of itself, and its keys: asked for when somebody signs in, and believed for
/// ten minutes. A token that none of the keys signed has them asked for again, as a provider signs
/// by a new key when it likes.
final class Known {
    private static final Duration LIFE = Duration.ofMinutes(10);

    private final Provider provider;
    private final ProviderHttp http;
    private final InstantSource clock;
    private final AtomicReference<Optional<Said>> last = new AtomicReference<>(Optional.empty());

    Known(Provider provider, ProviderHttp http, InstantSource clock) {
        this.provider = provider;
        this.http = http;
        this.clock = clock;
    }

    private record Said(Discovery discovery, KeySet keys, Instant until) {}

    /// @throws LoginRefused when the provider does not say it
    Discovery discovery() throws LoginRefused {
        return said().discovery();
    }

    /// What it said last, without asking.
    Optional<Discovery> before() {
        return last.get().map(Said::discovery);
    }

    /// Expects that the provider signed a token.
    void expectSigned(Token token) throws LoginRefused {
        if (said().keys().verify(token) == JwtStatus.OK) {
            return;
        }
        JwtStatus status = asked().keys().verify(token);
        if (status != JwtStatus.OK) {
            throw IdTokens.refused(status.text());
        }
    }

    private Said said() throws LoginRefused {
        Optional<Said> known = last.get().filter(it -> clock.instant().isBefore(it.until()));
        return known.isPresent() ? known.get() : asked();
    }

    private Said asked() throws LoginRefused {
        String place = provider.discovery();
        try {
            Discovery discovery = Discovery.of(provider.issuer(), text(URI.create(place)));
            place = discovery.keys().uri().toString();
            KeySet keys = KeySet.of(text(discovery.keys().uri()));
            if (keys.size() == 0) {
                throw new IllegalArgumentException("it has no key that can be used");
            }
            var said = new Said(discovery, keys, clock.instant().plus(LIFE));
            last.set(Optional.of(said));
            return said;
        } catch (IOException | IllegalArgumentException e) {
            throw away(place, String.valueOf(e.getMessage()));
        }
    }

    private String text(URI place) throws IOException {
        ProviderHttp.Reply reply = http.get(place);
        if (reply.status() != 200) {
            throw new IOException("status %d (expected: 200)".formatted(reply.status()));
        }
        return reply.body();
    }

    static LoginRefused away(String place, String why) {
        return new LoginRefused(
                LoginRefused.Why.AWAY,
                "the provider cannot be asked: %s: %s".formatted(place, why),
                "Try again later, or sign in with a name and a password of this control plane");
    }
}
