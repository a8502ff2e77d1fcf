package dev.heddle.proxy.http;

import java.time.Duration;

/// What of HTTP/2 a downstream codec serves, and how long it waits.
///
/// @param options of the protocol
/// @param head how long a head may take from its first frame to its last; zero for the usual
/// @param drain between telling a client that the connection is about to end and taking no more
///   requests on it
/// @param flush how long a client may take without reading to read the rest of an answer; zero for
///   ever
public record Http2ServerSettings(
        Http2Options options, Duration head, Duration drain, Duration flush) {
    /// What a head may take when nothing is configured, and the first SETTINGS in any case.
    static final Duration PATIENCE = Duration.ofSeconds(10);
}
