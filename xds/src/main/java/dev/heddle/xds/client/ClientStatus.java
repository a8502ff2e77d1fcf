package dev.heddle.xds.client;

import dev.heddle.xds.XdsType;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How the connection to the control plane stands, for an admin page to show. Immutable.
///
/// @param connectedSince when the present stream got its first response; empty while there is none
/// @param lastError why the last stream ended or could not begin; empty when none ever did
/// @param attempts streams begun since the last one that worked
/// @param acceptedVersions the version last ACKed, by type
/// @param rejections what is rejected now, by type and resource, with the reasons; the resource is
///   empty where a whole response was
public record ClientStatus(
        Optional<Instant> connectedSince,
        Optional<String> lastError,
        int attempts,
        Map<XdsType, String> acceptedVersions,
        Map<XdsType, Map<String, String>> rejections) {

    /// Before anything was tried.
    public static final ClientStatus INITIAL =
            new ClientStatus(Optional.empty(), Optional.empty(), 0, Map.of(), Map.of());

    public ClientStatus {
        acceptedVersions = Map.copyOf(acceptedVersions);
        rejections = Map.copyOf(rejections);
    }

    ClientStatus attempting(int attempt) {
        return new ClientStatus(Optional.empty(), lastError, attempt, acceptedVersions, rejections);
    }

    ClientStatus connected(Instant now) {
        return new ClientStatus(Optional.of(now), lastError, 0, acceptedVersions, rejections);
    }

    ClientStatus disconnected(String reason) {
        return new ClientStatus(
                Optional.empty(), Optional.of(reason), attempts, acceptedVersions, rejections);
    }

    ClientStatus judged(
            XdsType type, String version, boolean isAccepted, Map<String, String> rejected) {
        var versions = new HashMap<>(acceptedVersions);
        if (isAccepted) {
            versions.put(type, version);
        }
        var all = new HashMap<>(rejections);
        all.put(type, rejected);
        all.values().removeIf(Map::isEmpty);
        return new ClientStatus(connectedSince, lastError, attempts, versions, all);
    }
}
