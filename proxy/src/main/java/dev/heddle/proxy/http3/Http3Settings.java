package dev.heddle.proxy.http3;

import dev.heddle.proxy.http2.hpack.HeaderLimits;
import java.time.Duration;

/// What a server of HTTP/3 takes, and how long it waits.
///
/// @param headers how large a received head may be
/// @param connectProtocol whether extended CONNECT (RFC 9220) is served
/// @param head how long a head may take, from the first byte of its stream
/// @param drain between telling a client that the connection is about to end and taking no more
///   requests on it
/// @param flush how long a client may take without reading to read the rest of an answer; zero for
///   ever
public record Http3Settings(
        HeaderLimits headers,
        boolean connectProtocol,
        Duration head,
        Duration drain,
        Duration flush) {}
