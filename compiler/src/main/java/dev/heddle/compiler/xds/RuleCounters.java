package dev.heddle.compiler.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import dev.heddle.xds.EnvoyRuleHits;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Counter;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Stat;
import io.envoyproxy.envoy.extensions.access_loggers.stats.v3.Config.Tag;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.EnumMap;
import java.util.TreeMap;

/// Has stock Envoy count how often each rule is chosen: a counter `heddle.rule_hits` whose tags are
/// what the metadata of routes and filter chains say of the rule. An access log adds to it when a
/// request or a connection ends, whatever became of it.
///
/// What comes in for a workload is routed by no rule, so inbound listeners stay as they are.
public final class RuleCounters {
    private static final String HEDDLE = "heddle";

    private RuleCounters() {}

    /// The same with those counters in its listeners.
    public static Snapshot in(Snapshot snapshot) {
        var listeners = new TreeMap<String, XdsResource>();
        snapshot.of(XdsType.LISTENER)
                .forEach((name, resource) -> listeners.put(name, counting(name, resource)));
        var resources = new EnumMap<>(snapshot.resources());
        resources.put(XdsType.LISTENER, NamedResources.of(listeners));
        return new Snapshot(snapshot.version(), resources);
    }

    private static XdsResource counting(String name, XdsResource resource) {
        try {
            Listener listener =
                    TypedConfigs.unpack(resource.body().toProto(), Listener.getDefaultInstance());
            if (listener.getTrafficDirection() == TrafficDirection.INBOUND) {
                return resource;
            }
            Listener.Builder out = listener.toBuilder();
            for (FilterChain.Builder chain : out.getFilterChainsBuilderList()) {
                count(chain);
            }
            if (out.hasDefaultFilterChain()) {
                count(out.getDefaultFilterChainBuilder());
            }
            return XdsResource.of(name, out.build());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(name + " does not hold what its type says", e);
        }
    }

    private static void count(FilterChain.Builder chain) throws InvalidProtocolBufferException {
        Struct rule =
                chain.getMetadata().getFilterMetadataOrDefault(HEDDLE, Struct.getDefaultInstance());
        for (Filter.Builder filter : chain.getFiltersBuilderList()) {
            var config = filter.getTypedConfig();
            if (TypedConfigs.holds(config, HttpConnectionManager.getDefaultInstance())) {
                filter.setTypedConfig(
                        Protos.pack(
                                TypedConfigs.unpack(
                                                config, HttpConnectionManager.getDefaultInstance())
                                        .toBuilder()
                                        .addAccessLog(
                                                counter(
                                                        ofRoute(EnvoyRuleHits.RESOURCE),
                                                        ofRoute(EnvoyRuleHits.RULE)))
                                        .build()));
            } else if (rule.containsFields(EnvoyRuleHits.RULE)
                    && TypedConfigs.holds(config, TcpProxy.getDefaultInstance())) {
                TcpProxy.Builder proxy =
                        TypedConfigs.unpack(config, TcpProxy.getDefaultInstance()).toBuilder();
                AccessLog.Builder log =
                        counter(text(rule, EnvoyRuleHits.RESOURCE), text(rule, EnvoyRuleHits.RULE));
                if (proxy.hasAccessLogOptions()) {
                    LogFilters.ended(log);
                }
                filter.setTypedConfig(Protos.pack(proxy.addAccessLog(log).build()));
            }
        }
    }

    private static String text(Struct of, String field) {
        return of.getFieldsOrDefault(field, Value.getDefaultInstance()).getStringValue();
    }

    private static String ofRoute(String field) {
        return "%METADATA(ROUTE:" + HEDDLE + ":" + field + ")%";
    }

    private static AccessLog.Builder counter(String resource, String rule) {
        Stat.Builder stat =
                Stat.newBuilder()
                        .setName(EnvoyRuleHits.NAME)
                        .addTags(
                                Tag.newBuilder()
                                        .setName(EnvoyRuleHits.RESOURCE)
                                        .setValueFormat(resource))
                        .addTags(Tag.newBuilder().setName(EnvoyRuleHits.RULE).setValueFormat(rule));
        Config config =
                Config.newBuilder()
                        .setStatPrefix(EnvoyRuleHits.PREFIX)
                        .addCounters(
                                Counter.newBuilder().setStat(stat).setValueFixed(UInt64Value.of(1)))
                        .build();
        return AccessLog.newBuilder()
                .setName("envoy.access_loggers.stats")
                .setTypedConfig(Protos.pack(config));
    }
}
