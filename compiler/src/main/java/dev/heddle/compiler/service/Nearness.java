package dev.heddle.compiler.service;

import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Locality;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The labels that say where something is, which rules may prefer endpoints by.
public final class Nearness {
    public static final String REGION = "topology.kubernetes.io/region";
    public static final String ZONE = "topology.kubernetes.io/zone";
    public static final String SUB_ZONE = "topology.istio.io/subzone";
    public static final String CLUSTER = "topology.istio.io/cluster";
    public static final String NETWORK = "topology.istio.io/network";
    public static final String NODE = "kubernetes.io/hostname";

    /// From the large to the small, as services ask for it that want the same zone.
    public static final List<String> SAME_ZONE = List.of(NETWORK, REGION, ZONE);

    /// From the large to the small, as services ask for it that want the same node.
    public static final List<String> SAME_NODE = List.of(NETWORK, REGION, ZONE, SUB_ZONE, NODE);

    private Nearness() {}

    /// An endpoint's own labels, and those that say where it is.
    ///
    /// @param locality that is known of it
    public static Map<String, String> labels(Endpoint endpoint, Locality locality) {
        Map<String, String> labels = of(endpoint.labels(), locality);
        if (!endpoint.network().isEmpty()) {
            labels.put(NETWORK, endpoint.network());
        }
        return labels;
    }

    /// Labels, and those that say where somebody is.
    public static Map<String, String> of(Map<String, String> own, Locality locality) {
        var labels = new HashMap<String, String>(own);
        put(labels, REGION, locality.region());
        put(labels, ZONE, locality.zone());
        put(labels, SUB_ZONE, locality.subZone());
        return labels;
    }

    private static void put(Map<String, String> labels, String name, String value) {
        if (!value.isEmpty()) {
            labels.put(name, value);
        }
    }

    /// Where an endpoint is, as a client sees it: EndpointSlices know the zone alone, and a zone is
    /// in one region.
    public static Locality seenFrom(Locality client, Locality endpoint) {
        boolean isOwnZone =
                endpoint.region().isEmpty()
                        && !endpoint.zone().isEmpty()
                        && endpoint.zone().equals(client.zone());
        return isOwnZone
                ? new Locality(client.region(), endpoint.zone(), endpoint.subZone())
                : endpoint;
    }
}
