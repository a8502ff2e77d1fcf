package dev.heddle.compiler.service;

import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Endpoint.Health;
import dev.heddle.model.service.Locality;
import java.util.LinkedHashMap;
import java.util.Map;

/// Workloads that are not pods, as WorkloadEntry describes them.
public final class Workloads {
    private Workloads() {}

    /// The labels of a workload: those of its resource, and those that it gives its endpoint, which
    /// go first.
    public static Map<String, String> labels(Resource<WorkloadEntry> workload) {
        var labels = new LinkedHashMap<String, String>(workload.metadata().labels());
        labels.putAll(workload.spec().labels());
        return labels;
    }

    /// Whether an address is a socket's path.
    public static boolean isPath(String address) {
        return address.startsWith("unix:");
    }

    /// Where a workload is called.
    ///
    /// @param port that it listens on
    /// @param servicePort of the service, for which it does
    public static Endpoint endpoint(
            WorkloadEntry workload,
            Map<String, String> labels,
            int port,
            int servicePort,
            Origin origin) {
        return new Endpoint(
                workload.address(),
                isPath(workload.address()) ? 0 : port,
                servicePort,
                labels,
                Locality.parse(workload.locality()),
                workload.network(),
                Math.max(0, workload.weight().orElse(1)),
                Health.HEALTHY,
                workload.serviceAccount(),
                origin);
    }
}
