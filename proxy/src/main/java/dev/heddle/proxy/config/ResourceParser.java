package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.telemetry.NodeText;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.cluster.v3.Cluster;
import envoy.config.endpoint.v3.ClusterLoadAssignment;
import envoy.config.listener.v3.Listener;
import envoy.config.route.v3.RouteConfiguration;
import envoy.service.runtime.v3.Runtime;
import java.util.List;

/// Reads resources as they come over the wire: packed.
///
/// @param filterTypes the HTTP filters that this proxy has
/// @param node of the proxy, which formats may ask
record ResourceParser(List<HttpFilterType<?>> filterTypes, NodeText node) {

    ResourceParser {
        filterTypes = List.copyOf(filterTypes);
    }

    /// One of a proxy whose node says nothing.
    ResourceParser(List<HttpFilterType<?>> filterTypes) {
        this(filterTypes, NodeText.SILENT);
    }

    private interface Reader<T> {
        Parsed<T> read() throws WireException;
    }

    Parsed<ClusterConfig> cluster(Any body) {
        return unpacked(() -> ClusterParser.parse(body.unpack(Cluster.getDefaultInstance())));
    }

    Parsed<Assignment> hosts(Any body) {
        return unpacked(() ->
                EndpointParser.parse(body.unpack(ClusterLoadAssignment.getDefaultInstance())));
    }

    Parsed<RouteConfig> routes(Any body) {
        return unpacked(() ->
                RouteParser.parse(body.unpack(RouteConfiguration.getDefaultInstance()), node));
    }

    Parsed<ListenerConfig> listener(Any body) {
        return unpacked(() ->
                ListenerParser.parse(
                        body.unpack(Listener.getDefaultInstance()), filterTypes, node));
    }

    Parsed<Secret> secret(Any body) {
        return unpacked(() ->
                SecretParser.parse(
                        body.unpack(
                                envoy.extensions.transport_sockets.tls.v3.Secret
                                        .getDefaultInstance())));
    }

    Parsed<RuntimeParser.Layer> runtime(Any body) {
        return unpacked(() -> RuntimeParser.parse(body.unpack(Runtime.getDefaultInstance())));
    }

    private static <T> Parsed<T> unpacked(Reader<T> reader) {
        try {
            return reader.read();
        } catch (WireException e) {
            return new Parsed.Rejected<>(List.of(String.valueOf(e.getMessage())));
        }
    }
}
