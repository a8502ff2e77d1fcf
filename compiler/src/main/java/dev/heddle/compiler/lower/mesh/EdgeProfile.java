package dev.heddle.compiler.lower.mesh;

import dev.heddle.model.mesh.ConnectionSettings;
import dev.heddle.model.mesh.ConnectionSettings.EscapedSlashes;
import dev.heddle.model.mesh.ConnectionSettings.Profile;
import dev.heddle.model.mesh.ConnectionSettings.Underscores;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// Istio's profile `EDGE`: Envoy's recommendations for the edge of a network, at gateways.
final class EdgeProfile {
    private EdgeProfile() {}

    /// The settings, with what is absent filled, if they name the profile.
    static ConnectionSettings filled(ConnectionSettings said) {
        return switch (said.profile()) {
            case Profile.SIDECAR -> said;
            case Profile.EDGE ->
                    new ConnectionSettings(
                            said.profile(),
                            or(said.listenerPerConnectionBufferLimitBytes(), 32 * 1024),
                            or(said.httpIdleTimeout(), Duration.ofHours(1)),
                            said.httpMaxConnectionDuration(),
                            said.httpDrainTimeout(),
                            or(said.httpRequestTimeout(), Duration.ofMinutes(5)),
                            or(said.httpRequestHeadersTimeout(), Duration.ofMinutes(1)),
                            or(said.httpStreamIdleTimeout(), Duration.ofMinutes(5)),
                            said.httpMaxStreamDuration(),
                            or(said.httpMaxConcurrentStreams(), 100),
                            or(said.http2InitialStreamWindowSize(), 64 * 1024),
                            or(said.http2InitialConnectionWindowSize(), 1024 * 1024),
                            underscores(said.httpHeadersWithUnderscoresAction()),
                            said.httpMergeSlashes().or(() -> Optional.of(true)),
                            slashes(said.httpPathWithEscapedSlashesAction()),
                            said.clusterPerConnectionBufferLimitBytes(),
                            said.listenerConnectionLimit(),
                            said.globalDownstreamConnectionLimit());
        };
    }

    private static Underscores underscores(Underscores said) {
        return said == Underscores.HEADERS_WITH_UNDERSCORES_UNSPECIFIED
                ? Underscores.HEADERS_WITH_UNDERSCORES_REJECT_REQUEST
                : said;
    }

    private static EscapedSlashes slashes(EscapedSlashes said) {
        return said == EscapedSlashes.PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED
                ? EscapedSlashes.UNESCAPE_AND_REDIRECT
                : said;
    }

    private static OptionalInt or(OptionalInt said, int otherwise) {
        return said.isPresent() ? said : OptionalInt.of(otherwise);
    }

    private static Optional<Duration> or(Optional<Duration> said, Duration otherwise) {
        return said.isPresent() ? said : Optional.of(otherwise);
    }
}
