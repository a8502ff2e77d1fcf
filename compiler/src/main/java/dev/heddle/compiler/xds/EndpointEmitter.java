package dev.heddle.compiler.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.ir.Workload;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;

/// Emits the hosts of clusters.
final class EndpointEmitter {
    private EndpointEmitter() {}

    static ClusterLoadAssignment emit(LoadAssignment assignment) {
        ClusterLoadAssignment.Builder out =
                ClusterLoadAssignment.newBuilder().setClusterName(assignment.cluster());
        assignment.groups().forEach(g -> out.addEndpoints(group(g)));
        return out.build();
    }

    private static LocalityLbEndpoints group(EndpointGroup group) {
        LocalityLbEndpoints.Builder out =
                LocalityLbEndpoints.newBuilder()
                        .setPriority(group.priority())
                        .setLoadBalancingWeight(UInt32Value.of(group.weight()));
        if (!group.locality().isEmpty()) {
            out.setLocality(locality(group.locality()));
        }
        group.endpoints()
                .forEach(e -> {
                    LbEndpoint.Builder host =
                            LbEndpoint.newBuilder()
                                    .setEndpoint(
                                            Endpoint.newBuilder()
                                                    .setAddress(Protos.address(e.address())))
                                    .setLoadBalancingWeight(UInt32Value.of(e.weight()));
                    if (e.speaksMeshTls()) {
                        host.getMetadataBuilder()
                                .putFilterMetadata(
                                        "envoy.transport_socket_match", ClusterEmitter.MESH_TLS);
                    }
                    if (!e.workload().isEmpty()) {
                        Struct.Builder told = Struct.newBuilder();
                        e.workload().forEach((k, v) -> told.putFields(k, Protos.text(v)));
                        host.getMetadataBuilder()
                                .putFilterMetadata(Workload.NAMESPACE_OF_METADATA, told.build());
                    }
                    if (e.isDraining()) {
                        host.setHealthStatus(HealthStatus.DRAINING);
                    }
                    out.addLbEndpoints(host);
                });
        return out.build();
    }

    private static Locality locality(String text) {
        var parts = dev.heddle.model.service.Locality.parse(text);
        return Locality.newBuilder()
                .setRegion(parts.region())
                .setZone(parts.zone())
                .setSubZone(parts.subZone())
                .build();
    }
}
