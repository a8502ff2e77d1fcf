package dev.heddle.compiler;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.XBackend;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Says which workloads an explanation leads to, as calls name them: `reviews/v2`.
final class WorkloadNames {
    private final Map<String, String> byAddress = new HashMap<>();

    WorkloadNames(World world) {
        for (Resource<WorkloadEntry> workload : world.resources().all(Kinds.WORKLOAD_ENTRY)) {
            Map<String, String> labels = Workloads.labels(workload);
            String name = labels.get("app") + "/" + labels.getOrDefault("version", "v1");
            workload.spec()
                    .ports()
                    .values()
                    .forEach(p -> byAddress.put(workload.spec().address() + ":" + p, name));
        }
        world.resources().all(Kinds.SERVICE_ENTRY).stream()
                .flatMap(e -> e.spec().endpoints().stream())
                .forEach(e ->
                        e.ports()
                                .values()
                                .forEach(p ->
                                        byAddress.put(
                                                e.address() + ":" + p,
                                                e.labels().get("app")
                                                        + "/"
                                                        + e.labels()
                                                                .getOrDefault("version", "v1"))));
        world.resources().all(Kinds.X_BACKEND).forEach(x -> addExternal(x.spec()));
    }

    /// An XBackend of this machine is the workload that listens there.
    private void addExternal(XBackend external) {
        int port = external.port().orElseThrow().said().orElseThrow();
        external.externalHostname()
                .map(e -> e.hostname() + ":" + port)
                .filter(_ -> byAddress.containsKey("127.0.0.1:" + port))
                .ifPresent(there -> byAddress.put(there, byAddress.get("127.0.0.1:" + port)));
    }

    /// Percent of the requests by workload: a destination's share, spread over its hosts.
    Map<String, Integer> of(Explanation explanation) {
        var shares = new TreeMap<String, Integer>();
        for (Share share : explanation.destinations()) {
            for (int i = 0; i < share.endpoints().size(); i++) {
                String endpoint = share.endpoints().get(i);
                shares.merge(
                        endpoint.startsWith("unix:")
                                ? endpoint.substring(endpoint.lastIndexOf('/') + 1)
                                : byAddress.getOrDefault(endpoint, endpoint),
                        share.weight() * share.percents().get(i) / 100,
                        Integer::sum);
            }
        }
        return shares;
    }
}
