package dev.heddle.compiler.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
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
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Has spans say of which workload the proxy is: the name of its service, where the provider wants
/// one, and Istio's tags. Listeners are made for many workloads at once, so this is added to those
/// of each proxy, and only where requests are followed.
public final class TracedWorkload {
    private static final List<String> NAME =
            List.of("service.istio.io/canonical-name", "app.kubernetes.io/name", "app");
    private static final List<String> REVISION =
            List.of("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version");

    private final ProxyScope scope;
    private final String mesh;

    private TracedWorkload(ProxyScope scope, String mesh) {
        this.scope = scope;
        this.mesh = mesh;
    }

    /// The same with what is said of the workload.
    ///
    /// @param listeners of the proxy
    /// @param mesh its name
    public static Snapshot in(
            Snapshot snapshot, Stream<Listener> listeners, ProxyScope scope, String mesh) {
        Map<String, Tracing> traced = new TreeMap<>();
        listeners.forEach(it ->
                it.options().observation().tracing().ifPresent(t -> traced.put(it.name(), t)));
        if (traced.isEmpty()) {
            return snapshot;
        }
        var workload = new TracedWorkload(scope, mesh);
        var all = new TreeMap<String, XdsResource>();
        snapshot.of(XdsType.LISTENER)
                .forEach((name, resource) -> {
                    Tracing tracing = traced.get(name);
                    all.put(
                            name,
                            tracing == null ? resource : workload.told(name, resource, tracing));
                });
        var resources = new EnumMap<>(snapshot.resources());
        resources.put(XdsType.LISTENER, NamedResources.of(all));
        return new Snapshot(snapshot.version(), resources);
    }

    private XdsResource told(String name, XdsResource resource, Tracing tracing) {
        try {
            io.envoyproxy.envoy.config.listener.v3.Listener.Builder out =
                    TypedConfigs.unpack(
                            resource.body().toProto(),
                            io.envoyproxy.envoy.config.listener.v3.Listener.getDefaultInstance())
                            .toBuilder();
            for (FilterChain.Builder chain : out.getFilterChainsBuilderList()) {
                tell(chain, tracing);
            }
            if (out.hasDefaultFilterChain()) {
                tell(out.getDefaultFilterChainBuilder(), tracing);
            }
            return XdsResource.of(name, out.build());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(name + " does not hold what its type says", e);
        }
    }

    private void tell(FilterChain.Builder chain, Tracing tracing)
            throws InvalidProtocolBufferException {
        for (Filter.Builder filter : chain.getFiltersBuilderList()) {
            Any config = filter.getTypedConfig();
            if (TypedConfigs.holds(config, HttpConnectionManager.getDefaultInstance())) {
                HttpConnectionManager.Builder manager =
                        TypedConfigs.unpack(config, HttpConnectionManager.getDefaultInstance())
                                .toBuilder();
                tell(manager.getTracingBuilder(), tracing);
                filter.setTypedConfig(Protos.pack(manager.build()));
            }
        }
    }

    private void tell(HttpConnectionManager.Tracing.Builder out, Tracing tracing)
            throws InvalidProtocolBufferException {
        if (tracing.istioTags()) {
            tag(out, "istio.canonical_revision", label(REVISION, "latest"));
            tag(out, "istio.canonical_service", label(NAME, "unknown"));
            tag(
                    out,
                    "istio.cluster_id",
                    scope.clusterId().isEmpty() ? "unknown" : scope.clusterId());
            tag(out, "istio.mesh_id", mesh);
            tag(out, "istio.namespace", scope.namespace());
        }
        Any config = out.getProvider().getTypedConfig();
        String service = label(NAME, "unknown") + "." + scope.namespace();
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

    /// A tag of the user's goes before.
    private static void tag(HttpConnectionManager.Tracing.Builder out, String name, String value) {
        if (out.getCustomTagsList().stream().noneMatch(it -> it.getTag().equals(name))) {
            out.addCustomTags(
                    CustomTag.newBuilder()
                            .setTag(name)
                            .setLiteral(CustomTag.Literal.newBuilder().setValue(value)));
        }
    }

    private String label(List<String> names, String otherwise) {
        return names.stream()
                .map(name -> scope.labels().getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse(otherwise);
    }
}
