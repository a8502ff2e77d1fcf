package dev.heddle.compiler.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Tracing;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.EnumMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Has spans say of which service the proxy is, where the provider wants a name. Listeners are made
/// for many workloads at once, so this is added to those of each proxy, and only for such a
/// provider: the control plane itself knows whose spans they are without it.
public final class TracedWorkload {
    private static final List<String> NAME =
            List.of("service.istio.io/canonical-name", "app.kubernetes.io/name", "app");

    private final ProxyScope scope;

    private TracedWorkload(ProxyScope scope) {
        this.scope = scope;
    }

    /// The same with what is said of the workload.
    ///
    /// @param listeners of the proxy
    public static Snapshot in(Snapshot snapshot, Stream<Listener> listeners, ProxyScope scope) {
        Set<String> named =
                listeners
                        .filter(it ->
                                it.options()
                                        .observation()
                                        .tracing()
                                        .filter(TracedWorkload::wantsName)
                                        .isPresent())
                        .map(Listener::name)
                        .collect(Collectors.toSet());
        if (named.isEmpty()) {
            return snapshot;
        }
        var workload = new TracedWorkload(scope);
        var all = new TreeMap<String, XdsResource>();
        snapshot.of(XdsType.LISTENER)
                .forEach((name, resource) ->
                        all.put(
                                name,
                                named.contains(name) ? workload.told(name, resource) : resource));
        var resources = new EnumMap<>(snapshot.resources());
        resources.put(XdsType.LISTENER, NamedResources.of(all));
        return new Snapshot(snapshot.version(), resources);
    }

    private static boolean wantsName(Tracing tracing) {
        return switch (tracing.provider()) {
            case Tracing.Provider.OpenTelemetry otel ->
                    !otel.cluster().equals(ClusterName.CONTROL_PLANE);
            case Tracing.Provider.Datadog _ -> true;
            case Tracing.Provider.Zipkin _, Tracing.Provider.SkyWalking _ -> false;
        };
    }

    private XdsResource told(String name, XdsResource resource) {
        try {
            io.envoyproxy.envoy.config.listener.v3.Listener.Builder out =
                    TypedConfigs.unpack(
                            resource.body().toProto(),
                            io.envoyproxy.envoy.config.listener.v3.Listener.getDefaultInstance())
                            .toBuilder();
            for (FilterChain.Builder chain : out.getFilterChainsBuilderList()) {
                tell(chain);
            }
            if (out.hasDefaultFilterChain()) {
                tell(out.getDefaultFilterChainBuilder());
            }
            return XdsResource.of(name, out.build());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(name + " does not hold what its type says", e);
        }
    }

    private void tell(FilterChain.Builder chain) throws InvalidProtocolBufferException {
        for (Filter.Builder filter : chain.getFiltersBuilderList()) {
            Any config = filter.getTypedConfig();
            if (TypedConfigs.holds(config, HttpConnectionManager.getDefaultInstance())) {
                HttpConnectionManager.Builder manager =
                        TypedConfigs.unpack(config, HttpConnectionManager.getDefaultInstance())
                                .toBuilder();
                tell(manager.getTracingBuilder());
                filter.setTypedConfig(Protos.pack(manager.build()));
            }
        }
    }

    private void tell(HttpConnectionManager.Tracing.Builder out)
            throws InvalidProtocolBufferException {
        Any config = out.getProvider().getTypedConfig();
        String service = label() + "." + scope.namespace();
        if (TypedConfigs.holds(config, OpenTelemetryConfig.getDefaultInstance())) {
            out.getProviderBuilder()
                    .setTypedConfig(
                            Protos.pack(
                                    TypedConfigs.unpack(
                                                    config,
                                                    OpenTelemetryConfig.getDefaultInstance())
                                            .toBuilder()
                                            .setServiceName(service)
                                            .build()));
        } else if (TypedConfigs.holds(config, DatadogConfig.getDefaultInstance())) {
            out.getProviderBuilder()
                    .setTypedConfig(
                            Protos.pack(
                                    TypedConfigs.unpack(config, DatadogConfig.getDefaultInstance())
                                            .toBuilder()
                                            .setServiceName(service)
                                            .build()));
        }
    }

    private String label() {
        return NAME.stream()
                .map(name -> scope.labels().getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("unknown");
    }
}
