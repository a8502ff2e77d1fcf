package dev.heddle.telemetry;

/// What the meters of one thing have in common: a cluster, a listener, a stat prefix.
///
/// @param meters where the meters are registered
/// @param prefix of the dotted names, with its dot: `cluster.reviews.`
/// @param family of the Prometheus names, with its underscore: `envoy_cluster_`
/// @param labels of all of them
public record MeterScope(Meters meters, String prefix, String family, Labels labels) {

    /// The counter of that name in this scope; the same one whenever asked.
    public Counter counter(String name) {
        return meters.counter(id(name));
    }

    /// A counter whose dotted name holds what Prometheus shows as a label: `upstream_rq_200` is
    /// `envoy_cluster_upstream_rq{envoy_response_code="200"}`.
    public Counter counter(String name, String familyName, String label, String value) {
        return meters.counter(
                new MeterId(prefix + name, family + familyName, labels.with(label, value)));
    }

    /// The gauge of that name in this scope; the same one whenever asked.
    public Gauge gauge(String name) {
        return meters.gauge(id(name));
    }

    /// The histogram of that name in this scope; the same one whenever asked.
    public Histogram histogram(String name) {
        return meters.histogram(id(name));
    }

    /// The names of one meter in this scope.
    public MeterId id(String name) {
        return new MeterId(prefix + name, family + name.replace('.', '_'), labels);
    }

    /// Takes the whole scope out of what readers see: the thing that it counted is gone.
    public void retire() {
        meters.retire(this);
    }

    /// Takes that back.
    public void restore() {
        meters.restore(this);
    }
}
