package dev.heddle.proxy.http;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// What of HTTP/1 a downstream codec serves.
///
/// @param limits of request heads
/// @param http10 whether HTTP/1.0 is served; otherwise it is answered with 426
/// @param hostForHttp10 the authority of HTTP/1.0 requests without `host`
/// @param absoluteUrl whether `GET http://host/path` is served, as sent to an HTTP proxy
/// @param upgrades protocols that may be upgraded to, in lower case
/// @param delayedClose how long a client may take to read the answer after which the connection is
///   closed, when it may still be sending; zero closes at once
/// @param trailers whether trailers are passed on, both ways
/// @param dialect what else there is to choose
public record Http1Settings(
        Limits limits,
        boolean http10,
        Optional<String> hostForHttp10,
        boolean absoluteUrl,
        Set<String> upgrades,
        Duration delayedClose,
        boolean trailers,
        Http1Dialect dialect) {
    /// Envoy's defaults.
    public static final Http1Settings ENVOY =
            new Http1Settings(
                    Limits.ENVOY,
                    false,
                    Optional.empty(),
                    true,
                    Set.of(),
                    Duration.ofSeconds(1),
                    false,
                    Http1Dialect.ENVOY);

    public Http1Settings {
        upgrades = Set.copyOf(upgrades);
    }

    /// The same in another dialect.
    public Http1Settings with(Http1Dialect other) {
        return new Http1Settings(
                limits,
                http10,
                hostForHttp10,
                absoluteUrl,
                upgrades,
                delayedClose,
                trailers,
                other);
    }
}
