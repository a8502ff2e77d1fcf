package dev.heddle.signals.ingest;

import dev.heddle.signals.hosts.HostCounts;
import dev.heddle.signals.hosts.HostCounts.What;
import dev.heddle.signals.intake.Reason;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.util.Optional;

/// What stock Envoy counts of a cluster's hosts: the gauges `outlier_detection.ejections_active`
/// and `health_check.healthy`. Whose they are, the resource says, or the call ([TellingNode]).
///
/// Envoy takes what follows `cluster.` up to the next dot for the cluster's name and makes a tag of
/// it; where names have dots, as the mesh's have, the rest of the name is still in the metric's.
final class HostMetrics {
    private static final String CLUSTER = "cluster.";
    private static final String EJECTED = "outlier_detection.ejections_active";
    private static final String PASSING = "health_check.healthy";
    private static final int LONGEST_NAME = 512;
    private static final String INVALID = "a gauge of hosts without a cluster, a node or a value";
    private static final String NO_ROOM =
            "the hosts of no more than 50,000 clusters are counted, over all proxies";

    private HostMetrics() {}

    static boolean isOne(String name) {
        return name.startsWith(CLUSTER) && what(name).isPresent();
    }

    private static Optional<What> what(String name) {
        if (name.endsWith("." + EJECTED)) {
            return Optional.of(What.EJECTED);
        }
        return name.endsWith("." + PASSING) ? Optional.of(What.PASSING) : Optional.empty();
    }

    static void read(Metric metric, Sender sender, HostCounts counts, Export export) {
        What what = what(metric.getName()).orElseThrow();
        String node = sender.node().isEmpty() ? TellingNode.current().orElse("") : sender.node();
        for (NumberDataPoint point : metric.getGauge().getDataPointsList()) {
            double value = point.hasAsInt() ? (double) point.getAsInt() : point.getAsDouble();
            String cluster = cluster(metric.getName(), point, what);
            boolean isOne =
                    !node.isEmpty()
                            && !cluster.isEmpty()
                            && cluster.length() <= LONGEST_NAME
                            && value >= 0
                            && value < 1e9;
            if (!isOne) {
                export.reject(Reason.INVALID, 1, INVALID);
            } else if (!counts.tell(node, cluster, what, (long) value)) {
                export.reject(Reason.NOT_KEPT, 1, NO_ROOM);
            }
        }
    }

    private static String cluster(String metric, NumberDataPoint point, What what) {
        String tag =
                Attributes.of(point.getAttributesList())
                        .first("envoy.cluster_name", "cluster_name");
        int end = metric.length() - (what == What.EJECTED ? EJECTED : PASSING).length() - 1;
        String rest = end < CLUSTER.length() ? "" : metric.substring(CLUSTER.length(), end);
        return tag.isEmpty() || rest.isEmpty() ? tag + rest : tag + "." + rest;
    }
}
