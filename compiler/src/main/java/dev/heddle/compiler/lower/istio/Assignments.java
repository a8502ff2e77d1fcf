package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.Workload;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// Which of a service's endpoints are hosts of a cluster.
public final class Assignments {
    /// Says which cluster an endpoint is in.
    private static final String WORKLOAD_NAME = "service.istio.io/workload-name";

    private static final String CLUSTER = "topology.istio.io/cluster";

    private Assignments() {}

    /// The endpoints of a port that have all of the labels, by where they are. Addresses that a
    /// cluster of that kind cannot use are left out.
    ///
    /// @param site cluster that the proxy is in, to which some services keep
    /// @param localities which of them go before others
    /// @param withDraining whether those that are going away are among them
    /// @param speaksMeshTls to whom the mesh's TLS is spoken
    /// @param workload what is told of an endpoint's workload
    static LoadAssignment of(
            String cluster,
            MeshService service,
            int port,
            Map<String, String> labels,
            String site,
            LocalityLowering localities,
            boolean withDraining,
            Predicate<Endpoint> speaksMeshTls,
            Function<Endpoint, Map<String, String>> workload) {
        boolean byName = isByName(service.service().resolution());
        var byLocality = new TreeMap<String, List<Endpoint>>();
        for (Endpoint endpoint : service.endpoints(port)) {
            if (isUsable(endpoint, byName)
                    && (withDraining || endpoint.health() != Endpoint.Health.DRAINING)
                    && isNear(endpoint, service, site)
                    && endpoint.labels().entrySet().containsAll(labels.entrySet())) {
                byLocality
                        .computeIfAbsent(endpoint.locality().toString(), _ -> new ArrayList<>())
                        .add(endpoint);
            }
        }
        return new LoadAssignment(
                cluster,
                localities.arranged(byLocality).stream()
                        .map(it -> group(it, speaksMeshTls, workload))
                        .toList());
    }

    /// What is told of an endpoint: by its labels, else by those that the service chooses by, and
    /// by the name of its WorkloadEntry.
    static Map<String, String> workload(MeshService service, Endpoint endpoint, String site) {
        var labels = new HashMap<>(service.workloads());
        labels.putAll(endpoint.labels());
        String named = endpoint.origin().resource();
        if (named.startsWith("WorkloadEntry ")) {
            labels.putIfAbsent(WORKLOAD_NAME, named.substring(named.lastIndexOf('/') + 1));
        }
        return Workload.of(
                labels,
                service.service().namespace(),
                labels.getOrDefault(CLUSTER, site.isEmpty() ? "Kubernetes" : site));
    }

    private static EndpointGroup group(
            LocalityLowering.Group group,
            Predicate<Endpoint> speaksMeshTls,
            Function<Endpoint, Map<String, String>> workload) {
        return new EndpointGroup(
                group.name(),
                group.priority(),
                group.weightOrSum(),
                group.endpoints().stream()
                        .map(endpoint ->
                                new LoadAssignment.Endpoint(
                                        new SocketAddress(endpoint.address(), endpoint.port()),
                                        Math.max(1, endpoint.weight()),
                                        endpoint.health() == Endpoint.Health.DRAINING,
                                        speaksMeshTls.test(endpoint),
                                        workload.apply(endpoint),
                                        endpoint.origin()))
                        .toList());
    }

    /// Whether proxies ask DNS for the service's endpoints, so that these may be names.
    public static boolean isByName(Resolution resolution) {
        return switch (resolution) {
            case DNS, DNS_ROUND_ROBIN -> true;
            case STATIC, DYNAMIC_DNS, PASSTHROUGH -> false;
        };
    }

    private static boolean isNear(Endpoint endpoint, MeshService service, String site) {
        return !service.traits().isClusterLocal()
                || endpoint.labels().getOrDefault(CLUSTER, site).equals(site);
    }

    /// Whether a host can be made of the endpoint.
    ///
    /// @param byName whether names are resolved, so that the address may be one
    public static boolean isUsable(Endpoint endpoint, boolean byName) {
        if (Workloads.isPath(endpoint.address())) {
            return endpoint.port() == 0;
        }
        return endpoint.port() >= 1
                && endpoint.port() <= 65_535
                && (byName || IpAddresses.isAddress(endpoint.address()));
    }
}
