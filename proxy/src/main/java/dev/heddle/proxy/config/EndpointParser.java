package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.config.Assignment.Endpoint.Check;
import dev.heddle.proxy.runtime.AddressText;
import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.PathAddress;
import envoy.config.core.v3.HealthStatus;
import envoy.config.endpoint.v3.ClusterLoadAssignment;
import envoy.config.endpoint.v3.Endpoint;
import envoy.config.endpoint.v3.LbEndpoint;
import envoy.config.endpoint.v3.LocalityLbEndpoints;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Reads load assignments, those of EDS and those inside clusters.
public final class EndpointParser {

    private static final long UINT32_MAX = 0xffff_ffffL;

    /// By which Envoy knows extensions for the PROXY headers of one host.
    private static final String PROXY_HEADER = "envoy.transport_sockets.proxy_protocol";

    /// Where the destination stands that listeners of this proxy are told of.
    static final String DESTINATION = "envoy.filters.listener.original_dst";

    private final Findings findings;
    private final boolean namesAllowed;

    private EndpointParser(Findings findings, boolean namesAllowed) {
        this.findings = findings;
        this.namesAllowed = namesAllowed;
    }

    /// Reads one resource of EDS.
    public static Parsed<Assignment> parse(ClusterLoadAssignment assignment) {
        var findings = new Findings();
        return findings.of(new EndpointParser(findings, false).assignment("", assignment));
    }

    /// Reads an assignment that is part of a cluster.
    ///
    /// @param namesAllowed whether addresses may be names for DNS
    static Assignment within(
            String path,
            ClusterLoadAssignment assignment,
            boolean namesAllowed,
            Findings findings) {
        return new EndpointParser(findings, namesAllowed).assignment(path, assignment);
    }

    private Assignment assignment(String path, ClusterLoadAssignment assignment) {
        findings.fields(path, assignment, Set.of("cluster_name", "endpoints", "policy"));
        findings.required(join(path, "cluster_name"), assignment.getClusterName());
        var places = new ArrayList<Assignment.Place>();
        var priorities = new TreeSet<Integer>();
        for (int i = 0; i < assignment.getEndpointsCount(); i++) {
            Assignment.Place place =
                    place(join(path, "endpoints[" + i + "]"), assignment.getEndpoints(i));
            places.add(place);
            priorities.add(place.priority());
        }
        if (!priorities.isEmpty() && priorities.last() != priorities.size() - 1) {
            findings.reject(
                    join(path, "endpoints"),
                    "priorities " + priorities + " (expected: none left out from 0 on)");
        }
        return new Assignment(
                assignment.getClusterName(), places, overprovisioning(path, assignment));
    }

    private int overprovisioning(String path, ClusterLoadAssignment assignment) {
        String policy = join(path, "policy");
        findings.fields(
                policy,
                assignment.getPolicy(),
                Set.of("overprovisioning_factor"),
                Set.of("endpoint_stale_after"));
        if (!assignment.getPolicy().hasOverprovisioningFactor()) {
            return Assignment.OVERPROVISIONING;
        }
        int factor = assignment.getPolicy().getOverprovisioningFactor().getValue();
        findings.range(join(policy, "overprovisioning_factor"), factor, 1, Integer.MAX_VALUE);
        return Math.max(1, factor);
    }

    private Assignment.Place place(String path, LocalityLbEndpoints endpoints) {
        findings.fields(
                path,
                endpoints,
                Set.of("locality", "lb_endpoints", "load_balancing_weight", "priority", "metadata"),
                Set.of("proximity"));
        findings.range(join(path, "priority"), endpoints.getPriority(), 0, 128);
        var locality = endpoints.getLocality();
        findings.fields(join(path, "locality"), locality, Set.of("region", "zone", "sub_zone"));
        var hosts = new ArrayList<Assignment.Endpoint>();
        long weights = 0;
        for (int i = 0; i < endpoints.getLbEndpointsCount(); i++) {
            Assignment.Endpoint host =
                    host(join(path, "lb_endpoints[" + i + "]"), endpoints.getLbEndpoints(i));
            hosts.add(host);
            weights += host.weight();
        }
        if (weights > UINT32_MAX) {
            findings.reject(
                    join(path, "lb_endpoints"),
                    "weights add up to " + weights + " (expected: at most " + UINT32_MAX + ")");
        }
        return new Assignment.Place(
                new Assignment.Locality(
                        locality.getRegion(), locality.getZone(), locality.getSubZone()),
                Math.clamp(endpoints.getPriority(), 0, 128),
                Integer.toUnsignedLong(endpoints.getLoadBalancingWeight().getValue()),
                List.copyOf(hosts));
    }

    private Assignment.Endpoint host(String path, LbEndpoint host) {
        findings.fields(
                path,
                host,
                Set.of("endpoint", "health_status", "metadata", "load_balancing_weight"));
        if (host.getMetadata().containsTypedFilterMetadata(PROXY_HEADER)) {
            findings.notImplemented(
                    join(path, "metadata.typed_filter_metadata['" + PROXY_HEADER + "']"));
        }
        var endpoint = host.getEndpoint();
        String at = join(path, "endpoint");
        findings.fields(
                at,
                endpoint,
                Set.of("address", "hostname", "additional_addresses", "health_check_config"));
        var addresses = new AddressParser(findings);
        InetSocketAddress address =
                addresses.ofHost(join(at, "address"), endpoint.getAddress(), namesAllowed);
        boolean hasPort = InternalAddress.of(address).isEmpty() && PathAddress.of(address) == null;
        if (address.getPort() == 0 && hasPort) {
            findings.reject(join(at, "address"), "port 0 (expected: from 1 to 65535)");
        }
        int weight = 1;
        if (host.hasLoadBalancingWeight()) {
            weight = host.getLoadBalancingWeight().getValue();
            findings.range(join(path, "load_balancing_weight"), weight, 1, Integer.MAX_VALUE);
        }
        var others = new ArrayList<InetSocketAddress>();
        for (int i = 0; i < endpoint.getAdditionalAddressesCount(); i++) {
            String where = join(at, "additional_addresses[" + i + "]");
            var other = endpoint.getAdditionalAddresses(i);
            findings.fields(where, other, Set.of("address"));
            others.add(addresses.literal(join(where, "address"), other.getAddress()));
        }
        return new Assignment.Endpoint(
                address,
                others,
                endpoint.getHostname(),
                Math.max(1, weight),
                health(path, host.getHealthStatus()),
                socketLabels(host),
                destination(path, host),
                hashKey(host),
                check(join(at, "health_check_config"), endpoint.getHealthCheckConfig()),
                ResourceMetadata.of(host.getMetadata()));
    }

    private static String hashKey(LbEndpoint host) {
        return host.getMetadata()
                .getFilterMetadataOrDefault("envoy.lb", Struct.getDefaultInstance())
                .getFieldsOrDefault("hash_key", Value.getDefaultInstance())
                .getStringValue();
    }

    private Check check(String path, Endpoint.HealthCheckConfig config) {
        findings.fields(
                path,
                config,
                Set.of("port_value", "hostname", "address", "disable_active_health_check"));
        findings.range(join(path, "port_value"), config.getPortValue(), 0, 65_535);
        findings.headerValue(join(path, "hostname"), config.getHostname());
        Optional<InetAddress> address =
                config.hasAddress()
                        ? Optional.of(
                                new AddressParser(findings)
                                        .literal(join(path, "address"), config.getAddress())
                                        .getAddress())
                        : Optional.empty();
        return new Check(
                !config.getDisableActiveHealthCheck(),
                config.getHostname(),
                address,
                Math.clamp(config.getPortValue(), 0, 65_535));
    }

    /// As Istio writes it for the listeners that begin its tunnels.
    private Optional<InetSocketAddress> destination(String path, LbEndpoint host) {
        String text =
                texts(
                                host.getMetadata()
                                        .getFilterMetadataOrDefault(
                                                DESTINATION, Struct.getDefaultInstance()))
                        .getOrDefault("local", "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        InetSocketAddress address = AddressText.parse(text);
        if (address == null) {
            findings.reject(
                    join(path, "metadata.filter_metadata['" + DESTINATION + "'].local"),
                    "'" + text + "' (expected: an IP address and a port)");
        }
        return Optional.ofNullable(address);
    }

    /// Those that `transport_socket_matches` of a cluster look at.
    private static Map<String, String> socketLabels(LbEndpoint host) {
        Struct labels =
                host.getMetadata()
                        .getFilterMetadataOrDefault(
                                "envoy.transport_socket_match", Struct.getDefaultInstance());
        return texts(labels);
    }

    /// The fields of an object as texts; what is no scalar is left out.
    static Map<String, String> texts(Struct struct) {
        var texts = new HashMap<String, String>();
        struct.getFieldsMap()
                .forEach((name, value) -> {
                    switch (value.getKindCase()) {
                        case STRING_VALUE -> texts.put(name, value.getStringValue());
                        case BOOL_VALUE -> texts.put(name, "bool:" + value.getBoolValue());
                        case NUMBER_VALUE -> texts.put(name, "number:" + value.getNumberValue());
                        case NULL_VALUE, STRUCT_VALUE, LIST_VALUE, KIND_NOT_SET -> {
                            // No match asks for one.
                        }
                    }
                });
        return texts;
    }

    private Assignment.Health health(String path, HealthStatus status) {
        return switch (status) {
            case UNKNOWN, HEALTHY -> Assignment.Health.HEALTHY;
            case DEGRADED -> Assignment.Health.DEGRADED;
            case UNHEALTHY -> Assignment.Health.UNHEALTHY;
            case DRAINING -> Assignment.Health.DRAINING;
            case TIMEOUT -> Assignment.Health.TIMEOUT;
            case UNRECOGNIZED -> {
                findings.reject(join(path, "health_status"), "is unknown");
                yield Assignment.Health.UNHEALTHY;
            }
        };
    }
}
