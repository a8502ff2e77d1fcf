package dev.heddle.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Which resources a resource waits for before it serves: a cluster for its endpoints, a listener
/// for its route tables.
///
/// Reads the resource's bytes, a few microseconds each, so it is asked only about resources that
/// are being sent.
final class References {
    private References() {}

    /// The type that resources of this type wait for.
    static Optional<XdsType> awaited(XdsType type) {
        return switch (type) {
            case CLUSTER -> Optional.of(XdsType.ENDPOINT);
            case LISTENER -> Optional.of(XdsType.ROUTE);
            case ENDPOINT, SECRET, ROUTE, RUNTIME -> Optional.empty();
        };
    }

    /// The names of what it waits for. What cannot be read waits for nothing: the client will say
    /// what is wrong with it.
    static List<String> of(XdsType type, XdsResource resource) {
        try {
            return switch (type) {
                case CLUSTER ->
                        endpoints(
                                TypedConfigs.unpack(
                                        resource.body().toProto(), Cluster.getDefaultInstance()));
                case LISTENER ->
                        routes(
                                TypedConfigs.unpack(
                                        resource.body().toProto(), Listener.getDefaultInstance()));
                case ENDPOINT, SECRET, ROUTE, RUNTIME -> List.of();
            };
        } catch (InvalidProtocolBufferException _) {
            return List.of();
        }
    }

    private static List<String> endpoints(Cluster cluster) {
        if (cluster.getType() != Cluster.DiscoveryType.EDS) {
            return List.of();
        }
        String service = cluster.getEdsClusterConfig().getServiceName();
        return List.of(service.isEmpty() ? cluster.getName() : service);
    }

    private static List<String> routes(Listener listener) throws InvalidProtocolBufferException {
        var names = new ArrayList<String>();
        List<FilterChain> chains =
                Stream.concat(
                                listener.getFilterChainsList().stream(),
                                Stream.of(listener.getDefaultFilterChain()))
                        .toList();
        for (FilterChain chain : chains) {
            for (Filter filter : chain.getFiltersList()) {
                addRoutes(filter.getTypedConfig(), names);
            }
        }
        if (listener.hasApiListener()) {
            addRoutes(listener.getApiListener().getApiListener(), names);
        }
        return names;
    }

    private static void addRoutes(Any config, List<String> names)
            throws InvalidProtocolBufferException {
        if (TypedConfigs.holds(config, HttpConnectionManager.getDefaultInstance())) {
            var manager = TypedConfigs.unpack(config, HttpConnectionManager.getDefaultInstance());
            if (manager.hasRds()) {
                names.add(manager.getRds().getRouteConfigName());
            }
        }
    }
}
