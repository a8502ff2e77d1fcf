package dev.heddle.compiler.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.xds.EnvoyTypes;
import dev.heddle.xds.Redaction;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Prints snapshots in Envoy's JSON, for people and for `envoy --mode validate`.
public final class SnapshotJson {
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .usingTypeRegistry(EnvoyTypes.registry());

    private SnapshotJson() {}

    /// The snapshot as an Envoy bootstrap with everything in `static_resources`: route tables are
    /// held by their listeners and hosts by their clusters, so that it needs no control plane.
    /// Private keys are left out.
    public static String bootstrap(Snapshot snapshot) {
        return bootstrap(snapshot, it -> it);
    }

    /// As [#bootstrap(Snapshot)], completed.
    ///
    /// @param completed adds what is no resource
    public static String bootstrap(Snapshot snapshot, UnaryOperator<Bootstrap> completed) {
        return print(
                completed.apply(
                        Redaction.of(made(snapshot, Redaction::of, StaticSecrets::withoutKey))));
    }

    /// As [#bootstrap(Snapshot)], with private keys: for a proxy to start with, and for nobody to
    /// look at.
    public static String bootstrapWithKeys(Snapshot snapshot) {
        return bootstrapWithKeys(snapshot, it -> it);
    }

    /// As [#bootstrapWithKeys(Snapshot)], completed.
    ///
    /// @param completed adds what is no resource
    public static String bootstrapWithKeys(Snapshot snapshot, UnaryOperator<Bootstrap> completed) {
        return print(completed.apply(made(snapshot, listener -> listener, secret -> secret)));
    }

    private static Bootstrap made(
            Snapshot snapshot, UnaryOperator<Listener> shown, UnaryOperator<Secret> ofSecret) {
        var secrets = new StaticSecrets(snapshot.of(XdsType.SECRET).keySet());
        Bootstrap.StaticResources.Builder resources = Bootstrap.StaticResources.newBuilder();
        for (XdsResource resource : snapshot.of(XdsType.LISTENER).values()) {
            resources.addListeners(
                    shown.apply(
                            withSecrets(
                                    withRoutes(unpack(resource, Listener.class), snapshot),
                                    secrets)));
        }
        for (XdsResource resource : snapshot.of(XdsType.CLUSTER).values()) {
            Cluster cluster = withHosts(unpack(resource, Cluster.class), snapshot);
            Cluster.Builder out = cluster.toBuilder();
            if (cluster.hasTransportSocket()) {
                out.setTransportSocket(secrets.of(cluster.getTransportSocket()));
            }
            out.getTransportSocketMatchesBuilderList()
                    .forEach(m -> m.setTransportSocket(secrets.of(m.getTransportSocket())));
            resources.addClusters(out);
        }
        for (XdsResource resource : snapshot.of(XdsType.SECRET).values()) {
            resources.addSecrets(ofSecret.apply(unpack(resource, Secret.class)));
        }
        return Bootstrap.newBuilder().setStaticResources(resources).build();
    }

    /// The resources of one type as a JSON array, ordered by name, as they are sent, but without
    /// private keys.
    public static String resources(Snapshot snapshot, XdsType type) {
        return each(snapshot, type).stream().collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    }

    /// The same, one by one.
    public static List<String> each(Snapshot snapshot, XdsType type) {
        return snapshot.of(type).values().stream().map(r -> print(StaticSecrets.shown(r))).toList();
    }

    private static Listener withSecrets(Listener listener, StaticSecrets secrets) {
        Listener.Builder out = listener.toBuilder();
        for (FilterChain.Builder chain : out.getFilterChainsBuilderList()) {
            if (chain.hasTransportSocket()) {
                chain.setTransportSocket(secrets.of(chain.getTransportSocket()));
            }
        }
        return out.build();
    }

    private static Listener withRoutes(Listener listener, Snapshot snapshot) {
        Listener.Builder out = listener.toBuilder();
        for (FilterChain.Builder chain : out.getFilterChainsBuilderList()) {
            holdRoutes(chain, snapshot);
        }
        if (out.hasDefaultFilterChain()) {
            holdRoutes(out.getDefaultFilterChainBuilder(), snapshot);
        }
        return out.build();
    }

    private static void holdRoutes(FilterChain.Builder chain, Snapshot snapshot) {
        for (Filter.Builder filter : chain.getFiltersBuilderList()) {
            if (!filter.getTypedConfig().is(HttpConnectionManager.class)) {
                continue;
            }
            HttpConnectionManager manager =
                    unpack(filter.getTypedConfig(), HttpConnectionManager.class);
            if (manager.hasRds()) {
                filter.setTypedConfig(
                        Protos.pack(
                                manager.toBuilder()
                                        .setRouteConfig(
                                                table(
                                                        manager.getRds().getRouteConfigName(),
                                                        snapshot))
                                        .build()));
            }
        }
    }

    private static RouteConfiguration table(String name, Snapshot snapshot) {
        XdsResource resource = snapshot.of(XdsType.ROUTE).get(name);
        return resource == null
                ? RouteConfiguration.newBuilder().setName(name).build()
                : unpack(resource, RouteConfiguration.class);
    }

    private static Cluster withHosts(Cluster cluster, Snapshot snapshot) {
        if (cluster.getType() != Cluster.DiscoveryType.EDS) {
            return cluster;
        }
        XdsResource hosts = snapshot.of(XdsType.ENDPOINT).get(cluster.getName());
        return cluster.toBuilder()
                .clearEdsClusterConfig()
                .setType(Cluster.DiscoveryType.STATIC)
                .setLoadAssignment(
                        hosts == null
                                ? ClusterLoadAssignment.newBuilder()
                                        .setClusterName(cluster.getName())
                                        .build()
                                : unpack(hosts, ClusterLoadAssignment.class))
                .build();
    }

    static <M extends Message> M unpack(XdsResource resource, Class<M> type) {
        return unpack(resource.body().toProto(), type);
    }

    private static <M extends Message> M unpack(Any any, Class<M> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(any.getTypeUrl() + " does not hold what it says", e);
        }
    }

    private static String print(MessageOrBuilder message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a resource holds a type that has no printer", e);
        }
    }
}
