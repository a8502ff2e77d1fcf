package dev.heddle.signals.ingest;

import dev.heddle.signals.record.Party;

/// What the name of a cluster says, where it is named as Istio names them:
/// `outbound|9080|v1|reviews.default.svc.cluster.local`.
///
/// @param isInbound whether it leads to the proxy's own workload
/// @param subset empty for none
/// @param host empty where it says none
record ClusterName(boolean isInbound, String subset, String host) {
    private static final ClusterName NONE = new ClusterName(false, "", "");

    static ClusterName of(String name) {
        String[] parts = name.split("\\|", -1);
        if (parts.length != 4) {
            return NONE;
        }
        return new ClusterName(parts[0].equals("inbound"), parts[2], parts[3]);
    }

    /// Who is called by it. Of a subset the name is mostly that of the version.
    Party party() {
        return new Party("", namespace(host), host, subset);
    }

    /// `default` of `reviews.default.svc.cluster.local`.
    static String namespace(String host) {
        String[] labels = host.split("\\.", -1);
        return labels.length > 2 && labels[2].equals("svc") ? labels[1] : "";
    }
}
