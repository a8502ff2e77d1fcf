package dev.heddle.compiler.service;

import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Endpoint.Health;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Locality;
import dev.heddle.model.service.Service;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads ServiceEntries: one service for each of their hosts.
final class ServiceEntries {
    private static final String CONNECT = "istio.io/connect-strategy";
    private static final String RACE = "RACE_FIRST_TCP_CONNECT";

    private final Parts parts;
    private final MeshRules rules;
    private final Resource<ServiceEntry> resource;
    private final ServiceEntry spec;

    /// All that counts for one of them.
    ///
    /// @param addresses virtual ones, in the order of its hosts
    /// @param workloads that its selector chooses
    record Parts(
            Same<MeshRules> rules,
            Same<Resource<ServiceEntry>> resource,
            List<List<String>> addresses,
            List<Same<Resource<WorkloadEntry>>> workloads) {
        List<MeshService> read() {
            return new ServiceEntries(this).services();
        }
    }

    private ServiceEntries(Parts parts) {
        this.parts = parts;
        this.rules = parts.rules().get();
        this.resource = parts.resource().get();
        this.spec = resource.spec();
    }

    static List<Parts> parts(Resources resources, WorkloadIndex workloads, MeshRules rules) {
        var addresses = new VirtualAddresses(resources, rules.allocatesAddresses());
        Same<MeshRules> same = Same.as(rules);
        return resources.all(Kinds.SERVICE_ENTRY).stream()
                .map(e ->
                        new Parts(
                                same,
                                Same.as(e),
                                e.spec().hosts().stream().map(h -> addresses.of(e, h)).toList(),
                                Same.each(
                                        e.spec()
                                                .workloadSelector()
                                                .map(s ->
                                                        workloads.selected(
                                                                e.metadata().namespace(),
                                                                s.labels()))
                                                .orElse(List.of()))))
                .toList();
    }

    private List<MeshService> services() {
        var services = new ArrayList<MeshService>();
        for (int i = 0; i < spec.hosts().size(); i++) {
            if (!spec.hosts().get(i).isEmpty()) {
                services.add(
                        service(
                                new Hostname(spec.hosts().get(i)),
                                FieldPath.of("spec", "hosts").index(i),
                                parts.addresses().get(i)));
            }
        }
        return services;
    }

    /// @param addresses virtual ones
    private MeshService service(Hostname host, FieldPath path, List<String> addresses) {
        var ports = new ArrayList<Port>();
        Map<Integer, Integer> targets = new LinkedHashMap<>();
        for (ServiceEntry.ServicePort port : spec.ports()) {
            if (port.number() >= 1 && port.number() <= 65_535) {
                ports.add(new Port(port.number(), port.name(), AppProtocol.parse(port.protocol())));
                port.targetPort().ifPresent(target -> targets.put(port.number(), target));
            }
        }
        var service =
                new Service(
                        host,
                        resource.metadata().namespace(),
                        spec.addresses().stream().map(ServiceEntries::address).toList(),
                        ports,
                        resolution(host),
                        spec.location() == ServiceEntry.Location.MESH_EXTERNAL,
                        rules.exportTo(spec.exportTo(), resource.metadata().namespace()),
                        resource.origin(path));
        Map<String, String> selector =
                spec.workloadSelector().map(s -> s.labels()).orElse(Map.of());
        return new MeshService(
                service,
                resource.metadata(),
                endpoints(host),
                selector,
                targets,
                Registry.ENTRY,
                new Traits(
                        spec.subjectAltNames(),
                        resource.metadata().annotations().getOrDefault(CONNECT, "").equals(RACE),
                        rules.isClusterLocal(host, resource.metadata()),
                        addresses,
                        List.of(),
                        TrafficDistribution.of(
                                resource.metadata().annotations(), TrafficDistribution.ANY)));
    }

    /// A range of one address is that address.
    private static String address(String said) {
        int slash = said.indexOf('/');
        boolean isOne =
                slash > 0 && said.substring(slash).equals(said.indexOf(':') < 0 ? "/32" : "/128");
        return isOne ? said.substring(0, slash) : said;
    }

    /// A name that stands for many hosts cannot be asked for in DNS.
    private Resolution resolution(Hostname host) {
        return switch (spec.resolution()) {
            case NONE -> Resolution.PASSTHROUGH;
            case DYNAMIC_DNS -> Resolution.DYNAMIC_DNS;
            case STATIC -> Resolution.STATIC;
            case DNS, DNS_ROUND_ROBIN ->
                    host.isWildcard() && spec.endpoints().isEmpty()
                            ? Resolution.PASSTHROUGH
                            : spec.resolution() == ServiceEntry.Resolution.DNS
                                    ? Resolution.DNS
                                    : Resolution.DNS_ROUND_ROBIN;
        };
    }

    private List<Endpoint> endpoints(Hostname host) {
        if (spec.workloadSelector().isPresent()) {
            return ofWorkloads();
        }
        if (spec.endpoints().isEmpty()) {
            return switch (resolution(host)) {
                case DNS, DNS_ROUND_ROBIN -> ofDns(host);
                case STATIC, DYNAMIC_DNS, PASSTHROUGH -> List.of();
            };
        }
        var endpoints = new ArrayList<Endpoint>();
        for (int i = 0; i < spec.endpoints().size(); i++) {
            WorkloadEntry workload = spec.endpoints().get(i);
            FieldPath path = FieldPath.of("spec", "endpoints").index(i);
            for (ServiceEntry.ServicePort port : spec.ports()) {
                if (!workload.address().isEmpty()) {
                    endpoints.add(
                            Workloads.endpoint(
                                    workload,
                                    workload.labels(),
                                    portOf(workload, port),
                                    port.number(),
                                    resource.origin(path)));
                }
            }
        }
        return endpoints;
    }

    private List<Endpoint> ofWorkloads() {
        var endpoints = new ArrayList<Endpoint>();
        for (Same<Resource<WorkloadEntry>> chosen : parts.workloads()) {
            Resource<WorkloadEntry> entry = chosen.get();
            for (ServiceEntry.ServicePort port : spec.ports()) {
                endpoints.add(
                        Workloads.endpoint(
                                entry.spec(),
                                Workloads.labels(entry),
                                portOf(entry.spec(), port),
                                port.number(),
                                entry.origin()));
            }
        }
        return endpoints;
    }

    private List<Endpoint> ofDns(Hostname host) {
        return spec.ports().stream()
                .map(port ->
                        new Endpoint(
                                host.name(),
                                port.targetPort().orElse(port.number()),
                                port.number(),
                                Map.of(),
                                Locality.UNKNOWN,
                                "",
                                1,
                                Health.HEALTHY,
                                resource.origin(FieldPath.of("spec", "hosts"))))
                .toList();
    }

    private static int portOf(WorkloadEntry workload, ServiceEntry.ServicePort port) {
        Integer said = workload.ports().get(port.name());
        return said == null ? port.targetPort().orElse(port.number()) : said;
    }
}
