package dev.heddle.proxy.route;

import java.time.Duration;
import java.util.Optional;

/// How long an exchange may take in all, where a route says so (`max_stream_duration`). Then the
/// route has no timeout for the response alone.
///
/// @param most for every exchange; zero for no limit; empty for what the connection manager says
/// @param grpc for those that give a `grpc-timeout`; empty if that is not looked at
public record StreamLimit(Optional<Duration> most, Optional<GrpcTimeout> grpc) {}
