package dev.heddle.compiler.service;

import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.core.EndpointSlice;
import dev.heddle.model.core.Endpoints;
import dev.heddle.model.core.IntOrString;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.ServiceImport;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Endpoint.Health;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Locality;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads Kubernetes Services. Where a Service's endpoints are is said by Endpoints and
/// EndpointSlices of its name, and by the WorkloadEntries of its namespace that its selector
/// chooses; all of them count. A ServiceImport is read as the Service that it would be in one
/// cluster; its endpoints are those of the EndpointSlices that name it as theirs.
final class CoreServices {
    private static final String EXPORT_TO = "networking.istio.io/exportTo";

    private final Parts parts;
    private final MeshRules rules;
    private final Resource<?> resource;
    private final Service spec;
    private final Metadata metadata;

    /// All that counts for one of them.
    ///
    /// @param domain as in `cluster.local`
    /// @param registry who names it
    /// @param resource a Service or a ServiceImport
    /// @param slices of its name
    /// @param workloads that its selector chooses
    record Parts(
            Same<MeshRules> rules,
            String domain,
            Registry registry,
            Same<? extends Resource<?>> resource,
            List<Same<Resource<EndpointSlice>>> slices,
            Optional<Same<Resource<Endpoints>>> endpoints,
            List<Same<Resource<WorkloadEntry>>> workloads) {
        MeshService read() {
            return new CoreServices(this).read(domain);
        }
    }

    private CoreServices(Parts parts) {
        this.parts = parts;
        this.rules = parts.rules().get();
        this.resource = parts.resource().get();
        this.spec = spec(resource);
        this.metadata = resource.metadata();
    }

    private static Service spec(Resource<?> resource) {
        return switch (resource.spec()) {
            case Service service -> service;
            case ServiceImport imported -> imported.asService();
            default -> throw new IllegalArgumentException(resource.id() + ": no service");
        };
    }

    /// Those of the Services, then those of the ServiceImports.
    static List<Parts> parts(
            Resources resources, WorkloadIndex workloads, MeshRules rules, String domain) {
        Same<MeshRules> same = Same.as(rules);
        return Stream.concat(
                        ofServices(resources, workloads, same, domain), ofImports(resources, same))
                .toList();
    }

    private static Stream<Parts> ofImports(Resources resources, Same<MeshRules> rules) {
        Map<String, List<Resource<EndpointSlice>>> slices =
                slices(resources, ServiceImport.SERVICE_NAME_LABEL);
        return resources.all(Kinds.SERVICE_IMPORT).stream()
                .map(s ->
                        new Parts(
                                rules,
                                ServiceImport.DOMAIN,
                                Registry.IMPORT,
                                Same.as(s),
                                Same.each(slices.getOrDefault(key(s.metadata()), List.of())),
                                Optional.empty(),
                                List.of()));
    }

    private static Stream<Parts> ofServices(
            Resources resources, WorkloadIndex workloads, Same<MeshRules> rules, String domain) {
        Map<String, List<Resource<EndpointSlice>>> slices =
                slices(resources, EndpointSlice.SERVICE_NAME_LABEL);
        return resources.all(Kinds.SERVICE).stream()
                .filter(s -> s.spec().type() != Service.Type.ExternalName)
                .map(s -> {
                    String namespace = s.metadata().namespace();
                    String name = s.metadata().name();
                    return new Parts(
                            rules,
                            domain,
                            Registry.CORE,
                            Same.as(s),
                            Same.each(slices.getOrDefault(key(s.metadata()), List.of())),
                            resources.find(Kinds.ENDPOINTS, namespace, name).map(Same::as),
                            Same.each(
                                    s.spec().selector().isEmpty()
                                            ? List.of()
                                            : workloads.selected(namespace, s.spec().selector())));
                });
    }

    private static String key(Metadata metadata) {
        return metadata.namespace() + "/" + metadata.name();
    }

    /// Hosts that mean others, by their full names: Services of type ExternalName.
    static Map<Hostname, Hostname> aliases(Resources resources, String domain) {
        var aliases = new LinkedHashMap<Hostname, Hostname>();
        resources.all(Kinds.SERVICE).stream()
                .filter(s -> s.spec().type() == Service.Type.ExternalName)
                .filter(s -> !s.spec().externalName().isEmpty())
                .forEach(s ->
                        aliases.put(
                                Hostname.complete(
                                        s.metadata().name(), s.metadata().namespace(), domain),
                                new Hostname(s.spec().externalName())));
        return aliases;
    }

    /// By namespace and the name that a label says.
    private static Map<String, List<Resource<EndpointSlice>>> slices(
            Resources resources, String label) {
        return resources.all(Kinds.ENDPOINT_SLICE).stream()
                .filter(s -> s.metadata().labels().containsKey(label))
                .collect(
                        Collectors.groupingBy(s ->
                                s.metadata().namespace() + "/" + s.metadata().labels().get(label)));
    }

    private MeshService read(String domain) {
        List<Port> ports = new ArrayList<>();
        Map<Integer, Integer> targets = new LinkedHashMap<>();
        for (Service.ServicePort port : spec.ports()) {
            AppProtocol protocol =
                    AppProtocol.of(port.port(), port.name(), port.appProtocol(), port.protocol());
            if (isPort(port.port())) {
                ports.add(new Port(port.port(), port.name(), protocol));
                if (port.targetPort().orElse(null) instanceof IntOrString.Int(int target)) {
                    targets.put(port.port(), target);
                }
            }
        }
        var service =
                new dev.heddle.model.service.Service(
                        Hostname.complete(metadata.name(), metadata.namespace(), domain),
                        metadata.namespace(),
                        addresses(),
                        ports,
                        isHeadless() ? Resolution.PASSTHROUGH : Resolution.STATIC,
                        false,
                        exportTo(),
                        resource.origin());
        return new MeshService(
                service,
                metadata,
                endpoints(),
                spec.selector(),
                targets,
                parts.registry(),
                Traits.NONE
                        .clusterLocal(rules.isClusterLocal(service.host(), metadata))
                        .preferring(rules.distribution(spec.trafficDistribution(), metadata)));
    }

    private boolean isHeadless() {
        return spec.clusterIP().equals("None");
    }

    private List<String> addresses() {
        if (isHeadless()) {
            return List.of();
        }
        if (!spec.clusterIPs().isEmpty()) {
            return spec.clusterIPs();
        }
        return spec.clusterIP().isEmpty() ? List.of() : List.of(spec.clusterIP());
    }

    private List<String> exportTo() {
        String value = metadata.annotations().getOrDefault(EXPORT_TO, "");
        return rules.exportTo(
                Arrays.stream(value.split(",", -1))
                        .map(String::strip)
                        .filter(s -> !s.isEmpty())
                        .toList());
    }

    private List<Endpoint> endpoints() {
        var found = new LinkedHashMap<String, Endpoint>();
        var all = new ArrayList<Endpoint>();
        parts.slices().forEach(slice -> ofSlice(slice.get(), all));
        parts.endpoints().ifPresent(e -> ofEndpoints(e.get(), all));
        ofWorkloads(all);
        all.forEach(
                e -> found.putIfAbsent(e.address() + " " + e.port() + " " + e.servicePort(), e));
        return List.copyOf(found.values());
    }

    private void ofSlice(Resource<EndpointSlice> slice, List<Endpoint> out) {
        for (EndpointSlice.Endpoint endpoint : slice.spec().endpoints()) {
            boolean isReady = isReady(endpoint.conditions());
            if (endpoint.addresses().isEmpty() || !(isReady || isDraining(endpoint.conditions()))) {
                continue;
            }
            for (EndpointSlice.Port port : slice.spec().ports()) {
                servicePort(port.name())
                        .ifPresent(number ->
                                out.add(
                                        new Endpoint(
                                                endpoint.addresses().getFirst(),
                                                port.port(),
                                                number,
                                                labels(endpoint),
                                                new Locality("", endpoint.zone(), ""),
                                                "",
                                                1,
                                                isReady ? Health.HEALTHY : Health.DRAINING,
                                                slice.origin())));
            }
        }
    }

    /// The node is what endpoints may be preferred by.
    private static Map<String, String> labels(EndpointSlice.Endpoint endpoint) {
        return endpoint.nodeName().isEmpty()
                ? Map.of()
                : Map.of(Nearness.NODE, endpoint.nodeName());
    }

    private boolean isReady(EndpointSlice.Conditions conditions) {
        return spec.publishNotReadyAddresses() || conditions.ready().orElse(true);
    }

    /// Whether a workload that is about to end still serves those who come.
    private static boolean isDraining(EndpointSlice.Conditions conditions) {
        return conditions.terminating().orElse(false) && conditions.serving().orElse(true);
    }

    private void ofEndpoints(Resource<Endpoints> endpoints, List<Endpoint> out) {
        for (Endpoints.Subset subset : endpoints.spec().subsets()) {
            var addresses = new ArrayList<>(subset.addresses());
            if (spec.publishNotReadyAddresses()) {
                addresses.addAll(subset.notReadyAddresses());
            }
            for (Endpoints.Address address : addresses) {
                for (Endpoints.Port port : subset.ports()) {
                    servicePort(port.name())
                            .ifPresent(number ->
                                    out.add(
                                            new Endpoint(
                                                    address.ip(),
                                                    port.port(),
                                                    number,
                                                    Map.of(),
                                                    Locality.UNKNOWN,
                                                    "",
                                                    1,
                                                    Health.HEALTHY,
                                                    endpoints.origin())));
                }
            }
        }
    }

    /// The number of the service's port of that name; a service's only port needs no name.
    private Optional<Integer> servicePort(String name) {
        if (name.isEmpty() && spec.ports().size() == 1) {
            return Optional.of(spec.ports().getFirst().port());
        }
        return spec.ports().stream()
                .filter(p -> p.name().equals(name))
                .map(Service.ServicePort::port)
                .findFirst();
    }

    private void ofWorkloads(List<Endpoint> out) {
        for (Same<Resource<WorkloadEntry>> chosen : parts.workloads()) {
            Resource<WorkloadEntry> entry = chosen.get();
            for (Service.ServicePort port : spec.ports()) {
                out.add(
                        Workloads.endpoint(
                                entry.spec(),
                                Workloads.labels(entry),
                                portOf(entry.spec(), port),
                                port.port(),
                                entry.origin()));
            }
        }
    }

    /// Where a workload listens for a port of the service: what it says itself under the target
    /// port's name or the port's, else the target port's number.
    private static int portOf(WorkloadEntry workload, Service.ServicePort port) {
        Integer said = workload.ports().get(port.name());
        return switch (port.targetPort().orElse(null)) {
            case IntOrString.Text(String name) ->
                    workload.ports().getOrDefault(name, said == null ? port.port() : said);
            case IntOrString.Int(int number) -> said == null ? number : said;
            case null -> said == null ? port.port() : said;
        };
    }

    private static boolean isPort(int number) {
        return number >= 1 && number <= 65_535;
    }
}
