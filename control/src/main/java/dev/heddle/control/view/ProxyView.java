package dev.heddle.control.view;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A proxy as others see it.
///
/// @param id the node's id
/// @param cluster the service that it says it belongs to
/// @param role `sidecar` or `gateway`
/// @param kind of client, as in `envoy`; empty when it does not say
/// @param peer the other end's address
/// @param protocol `delta` or `sotw`
/// @param disconnected when and why its stream ended; empty while it is open
/// @param sent version that it was given last; empty before the first
/// @param isTrial whether it has a change that is not in force yet, but on its way in stages
/// @param inSync whether it is connected and runs the version that it shall run of all that it
///   subscribed to
/// @param types what it said about each type, in the order in which they are sent
/// @param labels of its workload, as its node says
/// @param mesh the cluster of machines that it runs in, as its node says, as in `Kubernetes`
/// @param version of Istio's agent beside it, as its node says
public record ProxyView(
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
        boolean inSync,
        List<TypeView> types,
        Map<String, String> labels,
        String mesh,
        String version) {

    /// The end of a connection.
    public record Gone(Instant at, String reason) {}

    /// @param type as operators say it: CDS, EDS, SDS, LDS, RDS
    /// @param acked version up to which it runs everything; empty before the first
    /// @param nack what it refused last, until it accepts a later version
    public record TypeView(String type, String acked, Optional<Nack> nack) {}

    /// @param version that was refused
    /// @param text the proxy's words
    /// @param resources that the words name
    public record Nack(String version, String text, List<String> resources, Instant at) {
        public Nack {
            resources = List.copyOf(resources);
        }
    }

    public ProxyView {
        types = List.copyOf(types);
        labels = Map.copyOf(labels);
    }

    /// The namespace of its workload; empty when its id does not say.
    public String namespace() {
        return namespace(id);
    }

    /// The namespace of the workload of that node; empty when its id does not say.
    ///
    /// @param id as in `sidecar~10.0.0.1~reviews-v1.default~default.svc.cluster.local`
    public static String namespace(String id) {
        String name = name(id);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /// Whether the node of that id is of a workload, by its name or by that of its Pod.
    ///
    /// @param workload as in `reviews-v1.default`
    static boolean isOf(String id, String workload) {
        String name = name(id);
        int dot = workload.lastIndexOf('.');
        return name.equals(workload)
                || (dot > 0
                        && name.startsWith(workload.substring(0, dot) + "-")
                        && name.endsWith(workload.substring(dot)));
    }

    private static String name(String id) {
        List<String> parts = List.of(id.split("~", -1));
        return parts.size() == 4 ? parts.get(2) : "";
    }
}
