package dev.heddle.control.push;

import dev.heddle.xds.XdsType;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is known of one proxy.
///
/// @param id the node's id
/// @param cluster the service that it says it belongs to
/// @param role `sidecar` or `gateway`
/// @param kind of client, as in `envoy`
/// @param peer the other end's address
/// @param protocol `delta` or `sotw`
/// @param connectedSince when its stream opened
/// @param disconnected when and why its stream ended; empty while it is open
/// @param sent version of the last snapshot that it was given; empty before the first
/// @param isTrial whether it has what is not in force yet
/// @param types what it said about each type that it subscribed to
/// @param says what else its node says
public record ProxyStatus(
        String id,
        String cluster,
        String role,
        String kind,
        String peer,
        String protocol,
        Instant connectedSince,
        Optional<Gone> disconnected,
        String sent,
        boolean isTrial,
        Map<XdsType, TypeStatus> types,
        Says says) {

    /// What a node says of itself; what it does not say is empty.
    ///
    /// @param labels of its workload
    /// @param mesh the cluster of machines that it runs in, as in `Kubernetes`
    /// @param version of Istio's agent beside it
    public record Says(Map<String, String> labels, String mesh, String version) {
        public Says {
            labels = Map.copyOf(labels);
        }
    }

    /// The end of a stream.
    public record Gone(Instant at, String reason) {}

    /// What a proxy said about one type.
    ///
    /// @param acked version up to which it runs everything; empty before the first
    /// @param nack what it refused last, until it accepts a later version
    public record TypeStatus(String acked, Optional<Nack> nack) {}

    /// A refusal.
    ///
    /// @param version of the snapshot that was refused
    /// @param text the proxy's words
    /// @param resources that the words name
    public record Nack(String version, String text, List<String> resources, Instant at) {
        public Nack {
            resources = List.copyOf(resources);
        }
    }

    public ProxyStatus {
        var copy = new EnumMap<XdsType, TypeStatus>(XdsType.class);
        copy.putAll(types);
        types = Collections.unmodifiableMap(copy);
    }

    /// Whether it is connected and runs that version of everything it subscribed to.
    public boolean runs(String version) {
        return disconnected.isEmpty()
                && !types.isEmpty()
                && types.values().stream()
                        .allMatch(t -> t.acked().equals(version) && t.nack().isEmpty());
    }
}
