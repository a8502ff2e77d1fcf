package dev.heddle.compiler.xds;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.DatagramListener.Name;
import dev.heddle.compiler.ir.DatagramListener.Service;
import dev.heddle.compiler.ir.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress.Protocol;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.UdpListenerConfig;
import io.envoyproxy.envoy.data.dns.v3.DnsTable;
import io.envoyproxy.envoy.data.dns.v3.DnsTable.AddressList;
import io.envoyproxy.envoy.data.dns.v3.DnsTable.DnsEndpoint;
import io.envoyproxy.envoy.data.dns.v3.DnsTable.DnsVirtualDomain;
import io.envoyproxy.envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig;
import io.envoyproxy.envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig.ClientContextConfig;
import io.envoyproxy.envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig.ServerContextConfig;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.Route;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig.HashPolicy;
import java.time.Duration;
import java.util.List;

/// Emits listeners for datagrams.
final class DatagramEmitter {
    /// Istio's: clients that remember an address see a change soon.
    private static final Duration TTL = Duration.ofSeconds(30);

    /// How long a server of names is waited for.
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final int MOST_PENDING = 1_024;

    /// Metadata with what stock Envoy does not do.
    static final String NAMES = "heddle.names";

    private DatagramEmitter() {}

    static Listener emit(DatagramListener listener) {
        Listener.Builder out =
                Listener.newBuilder()
                        .setName(listener.name())
                        .setAddress(address(listener.address()))
                        .setUdpListenerConfig(UdpListenerConfig.getDefaultInstance());
        switch (listener.direction()) {
            case INBOUND -> out.setTrafficDirection(TrafficDirection.INBOUND);
            case OUTBOUND -> out.setTrafficDirection(TrafficDirection.OUTBOUND);
        }
        switch (listener.service()) {
            case Service.Names(List<Name> names, List<String> search) -> {
                out.addListenerFilters(filter("envoy.filters.udp.dns_filter", names(names)));
                if (!search.isEmpty()) {
                    out.setMetadata(searched(search));
                }
            }
            case Service.Forward forward ->
                    out.addListenerFilters(
                            filter("envoy.filters.udp_listener.udp_proxy", forward(forward)));
        }
        return out.build();
    }

    private static Address address(SocketAddress address) {
        return Address.newBuilder()
                .setSocketAddress(
                        Protos.socketAddress(address).toBuilder().setProtocol(Protocol.UDP))
                .build();
    }

    private static ListenerFilter filter(String name, Message config) {
        return ListenerFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }

    private static DnsFilterConfig names(List<Name> names) {
        DnsTable.Builder table = DnsTable.newBuilder();
        names.forEach(name ->
                table.addVirtualDomains(
                        DnsVirtualDomain.newBuilder()
                                .setName(name.name())
                                .setAnswerTtl(Protos.duration(TTL))
                                .setEndpoint(
                                        DnsEndpoint.newBuilder()
                                                .setAddressList(
                                                        AddressList.newBuilder()
                                                                .addAllAddress(
                                                                        name.addresses())))));
        return DnsFilterConfig.newBuilder()
                .setStatPrefix("names")
                .setServerConfig(ServerContextConfig.newBuilder().setInlineDnsTable(table))
                .setClientConfig(
                        ClientContextConfig.newBuilder()
                                .setResolverTimeout(Protos.duration(TIMEOUT))
                                .setMaxPendingLookups(MOST_PENDING))
                .build();
    }

    private static Metadata searched(List<String> search) {
        ListValue.Builder ends = ListValue.newBuilder();
        search.forEach(end -> ends.addValues(Protos.text(end)));
        return metadata("search", Value.newBuilder().setListValue(ends).build());
    }

    /// What our proxy is told of names.
    static Metadata metadata(String field, Value value) {
        return Metadata.newBuilder()
                .putFilterMetadata(NAMES, Struct.newBuilder().putFields(field, value).build())
                .build();
    }

    /// The cluster in the way that Envoy recommends: a matcher that looks at nothing.
    private static UdpProxyConfig forward(Service.Forward forward) {
        Any route = Protos.pack(Route.newBuilder().setCluster(forward.cluster()).build());
        UdpProxyConfig.Builder out =
                UdpProxyConfig.newBuilder()
                        .setStatPrefix(forward.statPrefix())
                        .setIdleTimeout(Protos.duration(forward.idle()))
                        .setMatcher(
                                Matcher.newBuilder()
                                        .setOnNoMatch(
                                                Matcher.OnMatch.newBuilder()
                                                        .setAction(
                                                                TypedExtensionConfig.newBuilder()
                                                                        .setName("route")
                                                                        .setTypedConfig(route))));
        if (forward.hashesSource()) {
            out.addHashPolicies(HashPolicy.newBuilder().setSourceIp(true));
        }
        return out.build();
    }
}
