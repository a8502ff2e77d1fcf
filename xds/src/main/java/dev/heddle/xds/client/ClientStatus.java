package dev.heddle.xds.client;

import dev.heddle.xds.XdsType;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// How the connection to the control plane stands, for an admin page to show. Immutable.
///
/// @param connectedSince when the present stream got its first response; empty while there is none
/// @param lastError why the last stream ended or could not begin; empty when none ever did
/// @param attempts streams begun since the last one that worked
/// @param acceptedVersions the version last ACKed, by type
/// @param rejections the text last NACKed, by type, until a response of that type is ACKed
public record ClientStatus(
        Optional<Instant> connectedSince,
        Optional<String> lastError,
        int attempts,
        Map<XdsType, String> acceptedVersions,
        Map<XdsType, String> rejections) {

    /// Before anything was tried.
    public static final ClientStatus INITIAL =
            new ClientStatus(Optional.empty(), Optional.empty(), 0, Map.of(), Map.of());

    public ClientStatus {
        acceptedVersions = Map.copyOf(acceptedVersions);
        rejections = Map.copyOf(rejections);
    }
}
