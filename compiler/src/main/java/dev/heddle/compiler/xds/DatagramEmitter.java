package dev.heddle.compiler.xds;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.DatagramListener.Name;
import dev.heddle.compiler.ir.DatagramListener.Service;
import dev.heddle.compiler.ir.DatagramListener.Share;
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
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourcePortInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing;
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

    static Address address(SocketAddress address) {
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

    private static UdpProxyConfig forward(Service.Forward forward) {
        UdpProxyConfig.Builder out =
                UdpProxyConfig.newBuilder()
                        .setStatPrefix(forward.statPrefix())
                        .setIdleTimeout(Protos.duration(forward.idle()))
                        .setMatcher(shared(forward.shares()));
        if (forward.hashesSource()) {
            out.addHashPolicies(HashPolicy.newBuilder().setSourceIp(true));
        }
        return out.build();
    }

    /// A cluster for each share. UDP proxies have no weights; but their matchers hash a client's
    /// port to a number below the sum of the weights, of which each share has a range. The first
    /// share is what no other one is for, so that one that is alone looks at nothing.
    private static Matcher shared(List<Share> shares) {
        int sum = shares.stream().mapToInt(Share::weight).sum();
        Matcher.Builder out = Matcher.newBuilder().setOnNoMatch(to(shares.getFirst()));
        var ranges = Matcher.MatcherList.newBuilder();
        int from = sum;
        for (Share share : shares.subList(1, shares.size()).reversed()) {
            from -= share.weight();
            ranges.addMatchers(
                    Matcher.MatcherList.FieldMatcher.newBuilder()
                            .setPredicate(isFrom(from, sum))
                            .setOnMatch(to(share)));
        }
        return shares.size() == 1 ? out.build() : out.setMatcherList(ranges).build();
    }

    /// Whether the client's number is that or above.
    private static Matcher.MatcherList.Predicate isFrom(int from, int sum) {
        return Matcher.MatcherList.Predicate.newBuilder()
                .setSinglePredicate(
                        Matcher.MatcherList.Predicate.SinglePredicate.newBuilder()
                                .setInput(extension("port", SourcePortInput.getDefaultInstance()))
                                .setCustomMatch(
                                        extension(
                                                "share",
                                                ConsistentHashing.newBuilder()
                                                        .setThreshold(from)
                                                        .setModulo(sum)
                                                        .build())))
                .build();
    }

    private static Matcher.OnMatch to(Share share) {
        return Matcher.OnMatch.newBuilder()
                .setAction(
                        extension("route", Route.newBuilder().setCluster(share.cluster()).build()))
                .build();
    }

    private static TypedExtensionConfig extension(String name, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }
}
