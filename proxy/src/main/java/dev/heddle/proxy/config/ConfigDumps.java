package dev.heddle.proxy.config;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.Redaction;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import io.envoyproxy.envoy.admin.v3.UpdateFailureState;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What the proxy was told, in the shape of Envoy's `/config_dump`.
///
/// A cluster or listener whose newest accepted version still waits for something is shown as
/// warming, beside nothing: what runs in the meantime is its version before, which is not kept.
public final class ConfigDumps {

    private final ProxyBootstrap bootstrap;
    private final Instant startedAt;

    /// @param startedAt shown as the time of the bootstrap
    public ConfigDumps(ProxyBootstrap bootstrap, Instant startedAt) {
        this.bootstrap = bootstrap;
        this.startedAt = startedAt;
    }

    /// What was asked of a dump.
    ///
    /// @param status 200, or that of an error, whose text is plain
    public record Dump(int status, String text) {}

    /// The dump as JSON, or the wanted part of it. On the config thread.
    ///
    /// @param query `include_eds`, `resource`, `mask` and `name_regex`, as Envoy's
    public Dump json(ConfigSubscriber subscriber, Map<String, String> query) {
        try {
            var dump = all(subscriber, query.containsKey("include_eds"));
            return new Dump(200, EnvoyJson.print(DumpQuery.of(query).of(dump)) + "\n");
        } catch (DumpQuery.NotFound e) {
            return new Dump(404, String.valueOf(e.getMessage()));
        } catch (PatternSyntaxException e) {
            return new Dump(
                    400,
                    "INVALID_ARGUMENT: Error while parsing name_regex from "
                            + query.get("name_regex")
                            + ": "
                            + e.getMessage());
        } catch (IllegalArgumentException e) {
            return new Dump(400, String.valueOf(e.getMessage()));
        }
    }

    private ConfigDump all(ConfigSubscriber subscriber, boolean includeEndpoints) {
        Received received = subscriber.received();
        ProxyConfig active = subscriber.active();
        var dump =
                ConfigDump.newBuilder()
                        .addConfigs(TypedConfigs.pack(bootstrap()))
                        .addConfigs(TypedConfigs.pack(clusters(received, active)));
        if (includeEndpoints) {
            dump.addConfigs(TypedConfigs.pack(endpoints(received)));
        }
        dump.addConfigs(TypedConfigs.pack(listeners(received, active)))
                .addConfigs(TypedConfigs.pack(routes(received, active)))
                .addConfigs(TypedConfigs.pack(secrets(received)));
        return dump.build();
    }

    private BootstrapConfigDump bootstrap() {
        var dump = BootstrapConfigDump.newBuilder().setLastUpdated(timestamp(startedAt));
        try {
            dump.setBootstrap(
                    Redaction.of(Bootstrap.parseFrom(bootstrap.message().asReadOnlyByteBuffer())));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("bootstrap: written and not readable again", e);
        }
        return dump.build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static UpdateFailureState failure(Received.Failure failure) {
        return UpdateFailureState.newBuilder()
                .setFailedConfiguration(Redaction.of(failure.delivery().body().toProto()))
                .setLastUpdateAttempt(timestamp(failure.delivery().at()))
                .setDetails(failure.reasons())
                .setVersionInfo(failure.delivery().version())
                .build();
    }

    private static SecretsConfigDump secrets(Received received) {
        var dump = SecretsConfigDump.newBuilder();
        received.of(XdsType.SECRET)
                .forEach((name, entry) -> {
                    if (entry.isStatic()) {
                        var secret = SecretsConfigDump.StaticSecret.newBuilder().setName(name);
                        entry.accepted()
                                .ifPresent(it ->
                                        secret.setSecret(Redaction.of(it.body().toProto()))
                                                .setLastUpdated(timestamp(it.at())));
                        dump.addStaticSecrets(secret);
                        return;
                    }
                    var secret = SecretsConfigDump.DynamicSecret.newBuilder().setName(name);
                    entry.accepted()
                            .ifPresent(it ->
                                    secret.setSecret(Redaction.of(it.body().toProto()))
                                            .setVersionInfo(it.version())
                                            .setLastUpdated(timestamp(it.at())));
                    entry.rejected().ifPresent(it -> secret.setErrorState(failure(it)));
                    dump.addDynamicActiveSecrets(secret);
                });
        return dump.build();
    }

    /// Entries that were accepted at least once, with what was.
    private static Stream<Map.Entry<Received.Entry, Received.Delivery>> accepted(
            Received received, XdsType type, boolean isStatic) {
        return received.of(type).values().stream()
                .filter(entry -> entry.isStatic() == isStatic)
                .flatMap(entry -> entry.accepted().map(it -> Map.entry(entry, it)).stream());
    }

    private static ClustersConfigDump clusters(Received received, ProxyConfig active) {
        var dump = ClustersConfigDump.newBuilder();
        dump.setVersionInfo(received.version(XdsType.CLUSTER));
        accepted(received, XdsType.CLUSTER, true)
                .forEach(it ->
                        dump.addStaticClusters(
                                ClustersConfigDump.StaticCluster.newBuilder()
                                        .setCluster(Redaction.of(it.getValue().body().toProto()))
                                        .setLastUpdated(timestamp(it.getValue().at()))));
        received.of(XdsType.CLUSTER)
                .forEach((name, entry) -> {
                    if (entry.isStatic()) {
                        return;
                    }
                    var cluster = ClustersConfigDump.DynamicCluster.newBuilder();
                    entry.accepted()
                            .ifPresent(it ->
                                    cluster.setCluster(Redaction.of(it.body().toProto()))
                                            .setVersionInfo(it.version())
                                            .setLastUpdated(timestamp(it.at())));
                    entry.rejected().ifPresent(it -> cluster.setErrorState(failure(it)));
                    if (active.clusters().containsKey(name) || entry.accepted().isEmpty()) {
                        dump.addDynamicActiveClusters(cluster);
                    } else {
                        dump.addDynamicWarmingClusters(cluster);
                    }
                });
        return dump.build();
    }

    private static EndpointsConfigDump endpoints(Received received) {
        var dump = EndpointsConfigDump.newBuilder();
        received.of(XdsType.ENDPOINT)
                .values()
                .forEach(entry -> {
                    var endpoints = EndpointsConfigDump.DynamicEndpointConfig.newBuilder();
                    entry.accepted()
                            .ifPresent(it ->
                                    endpoints
                                            .setEndpointConfig(it.body().toProto())
                                            .setVersionInfo(it.version())
                                            .setLastUpdated(timestamp(it.at())));
                    entry.rejected().ifPresent(it -> endpoints.setErrorState(failure(it)));
                    dump.addDynamicEndpointConfigs(endpoints);
                });
        return dump.build();
    }

    private static ListenersConfigDump listeners(Received received, ProxyConfig active) {
        var dump = ListenersConfigDump.newBuilder();
        dump.setVersionInfo(received.version(XdsType.LISTENER));
        accepted(received, XdsType.LISTENER, true)
                .forEach(it ->
                        dump.addStaticListeners(
                                ListenersConfigDump.StaticListener.newBuilder()
                                        .setListener(Redaction.of(it.getValue().body().toProto()))
                                        .setLastUpdated(timestamp(it.getValue().at()))));
        received.of(XdsType.LISTENER)
                .forEach((name, entry) -> {
                    if (entry.isStatic()) {
                        return;
                    }
                    var listener = ListenersConfigDump.DynamicListener.newBuilder().setName(name);
                    entry.accepted()
                            .ifPresent(it -> {
                                var state =
                                        ListenersConfigDump.DynamicListenerState.newBuilder()
                                                .setListener(Redaction.of(it.body().toProto()))
                                                .setVersionInfo(it.version())
                                                .setLastUpdated(timestamp(it.at()));
                                if (active.listeners().containsKey(name)) {
                                    listener.setActiveState(state);
                                } else {
                                    listener.setWarmingState(state);
                                }
                            });
                    entry.rejected().ifPresent(it -> listener.setErrorState(failure(it)));
                    dump.addDynamicListeners(listener);
                });
        return dump.build();
    }

    private static RoutesConfigDump routes(Received received, ProxyConfig active) {
        var dump = RoutesConfigDump.newBuilder();
        received.of(XdsType.LISTENER).values().stream()
                .flatMap(entry -> entry.accepted().stream())
                .forEach(delivery ->
                        inlined(delivery.body().toProto())
                                .forEach(table ->
                                        dump.addStaticRouteConfigs(
                                                RoutesConfigDump.StaticRouteConfig.newBuilder()
                                                        .setRouteConfig(Redaction.of(table))
                                                        .setLastUpdated(
                                                                timestamp(delivery.at())))));
        received.of(XdsType.ROUTE)
                .forEach((name, entry) -> {
                    var table = RoutesConfigDump.DynamicRouteConfig.newBuilder();
                    entry.accepted()
                            .filter(_ -> active.routes().containsKey(name))
                            .ifPresent(it ->
                                    table.setRouteConfig(Redaction.of(it.body().toProto()))
                                            .setVersionInfo(it.version())
                                            .setLastUpdated(timestamp(it.at())));
                    entry.rejected().ifPresent(it -> table.setErrorState(failure(it)));
                    dump.addDynamicRouteConfigs(table);
                });
        return dump.build();
    }

    /// The route tables inside a listener.
    private static List<Any> inlined(Any body) {
        Optional<Listener> listener = unpacked(body, Listener.getDefaultInstance());
        return listener.stream()
                .flatMap(it ->
                        Stream.concat(
                                it.getFilterChainsList().stream(),
                                Stream.of(it.getDefaultFilterChain())))
                .flatMap(chain -> chain.getFiltersList().stream())
                .flatMap(filter ->
                        unpacked(
                                filter.getTypedConfig(), HttpConnectionManager.getDefaultInstance())
                                .stream())
                .filter(HttpConnectionManager::hasRouteConfig)
                .map(manager -> TypedConfigs.pack(manager.getRouteConfig()))
                .toList();
    }

    private static <M extends Message> Optional<M> unpacked(Any body, M prototype) {
        try {
            return TypedConfigs.holds(body, prototype)
                    ? Optional.of(TypedConfigs.unpack(body, prototype))
                    : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
