package dev.heddle.telemetry;

/// The two names of one meter: Envoy's dotted one and Prometheus' family with labels.
///
/// @param name as `/stats` prints it, `cluster.reviews.upstream_rq_total`; unique among the meters
/// @param family as Prometheus knows it, `envoy_cluster_upstream_rq_total`
/// @param labels what tells the members of the family apart
public record MeterId(String name, String family, Labels labels) {

    public MeterId {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
        if (!family.matches("[a-zA-Z_:][a-zA-Z0-9_:]*")) {
            throw new IllegalArgumentException(
                    "family: '" + family + "' (expected: a Prometheus metric name)");
        }
    }
}
