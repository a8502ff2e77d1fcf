package dev.heddle.proxy.config;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.xds.TypedConfigs;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.List;

/// Reads resources as they come over the wire: packed.
///
/// @param filterTypes the HTTP filters that this proxy has
record ResourceParser(List<HttpFilterType<?>> filterTypes) {

    ResourceParser {
        filterTypes = List.copyOf(filterTypes);
    }

    private interface Reader<T> {
        Parsed<T> read() throws InvalidProtocolBufferException;
    }

    Parsed<ClusterConfig> cluster(Any body) {
        return unpacked(
                () -> ClusterParser.parse(TypedConfigs.unpack(body, Cluster.getDefaultInstance())));
    }

    Parsed<Assignment> hosts(Any body) {
        return unpacked(() ->
                EndpointParser.parse(
                        TypedConfigs.unpack(body, ClusterLoadAssignment.getDefaultInstance())));
    }

    Parsed<RouteConfig> routes(Any body) {
        return unpacked(() ->
                RouteParser.parse(
                        TypedConfigs.unpack(body, RouteConfiguration.getDefaultInstance())));
    }

    Parsed<ListenerConfig> listener(Any body) {
        return unpacked(() ->
                ListenerParser.parse(
                        TypedConfigs.unpack(body, Listener.getDefaultInstance()), filterTypes));
    }

    Parsed<Secret> secret(Any body) {
        return unpacked(() ->
                SecretParser.parse(
                        TypedConfigs.unpack(
                                body,
                                io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret
                                        .getDefaultInstance())));
    }

    private static <T> Parsed<T> unpacked(Reader<T> reader) {
        try {
            return reader.read();
        } catch (InvalidProtocolBufferException e) {
            return new Parsed.Rejected<>(List.of(String.valueOf(e.getMessage())));
        }
    }
}
