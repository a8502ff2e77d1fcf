package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.ListenerOptions;
import dev.heddle.compiler.ir.Logins;
import dev.heddle.compiler.ir.Observation;
import dev.heddle.compiler.ir.Tracing;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.Http3ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.QuicProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.UdpListenerConfig;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import java.util.Optional;

/// Emits listeners with their filter chains.
final class ListenerEmitter {
    /// By which the rules of Istio's `istio-init` know the packets of a sidecar that come from its
    /// clients' addresses.
    private static final int ISTIO_MARK = 1337;

    /// Has a workload see its clients' own addresses.
    private static final ListenerFilter ORIGINAL_SOURCE =
            listenerFilter(
                    "envoy.filters.listener.original_src",
                    OriginalSrc.newBuilder().setMark(ISTIO_MARK).build());

    private ListenerEmitter() {}

    static Listener emit(dev.heddle.compiler.ir.Listener listener) {
        Listener.Builder out =
                Listener.newBuilder()
                        .setName(listener.name())
                        .setAddress(Protos.address(listener.address()));
        switch (listener.direction()) {
            case INBOUND -> out.setTrafficDirection(TrafficDirection.INBOUND);
            case OUTBOUND -> out.setTrafficDirection(TrafficDirection.OUTBOUND);
        }
        switch (listener.capture()) {
            case BOUND -> {}
            case REDIRECTED -> out.setUseOriginalDst(BoolValue.of(true));
            case HANDED_OVER -> out.setBindToPort(BoolValue.of(false));
            case QUIC ->
                    out.setAddress(DatagramEmitter.address(listener.address()))
                            .setUdpListenerConfig(
                                    UdpListenerConfig.newBuilder()
                                            .setQuicOptions(
                                                    QuicProtocolOptions.getDefaultInstance()));
        }
        ListenerOptions options = listener.options();
        options.bufferBytes()
                .ifPresent(n -> out.setPerConnectionBufferLimitBytes(UInt32Value.of(n)));
        if (options.isTransparent()) {
            out.setTransparent(BoolValue.of(true));
        }
        if (options.isProxied()) {
            out.addListenerFilters(
                    listenerFilter(
                            "envoy.filters.listener.proxy_protocol",
                            ProxyProtocol.getDefaultInstance()));
        }
        for (Inspector inspector : listener.inspectors()) {
            out.addListenerFilters(inspector(inspector));
            boolean isIn = listener.direction() == Direction.INBOUND;
            if (inspector == Inspector.ORIGINAL_DESTINATION && isIn && options.isTransparent()) {
                out.addListenerFilters(ORIGINAL_SOURCE);
            }
        }
        listener.chains().forEach(c -> out.addFilterChains(chain(c, listener)));
        listener.defaultChain().ifPresent(c -> out.setDefaultFilterChain(chain(c, listener)));
        out.addAllAccessLog(AccessLogEmitter.ofListener(listener));
        listener.detection().ifPresent(timeout -> detection(timeout, out));
        options.observation()
                .tracing()
                .flatMap(Tracing::tail)
                .ifPresent(tail -> TracingEmitter.tail(tail, out));
        return out.build();
    }

    /// Heddle's own proxy finds out which servers speak first, and so it is asked to by metadata,
    /// which Envoy takes and leaves alone.
    private static void detection(java.time.Duration timeout, Listener.Builder out) {
        out.setListenerFiltersTimeout(Protos.duration(timeout))
                .setContinueOnListenerFiltersTimeout(true)
                .setMetadata(
                        Metadata.newBuilder()
                                .putFilterMetadata(
                                        "heddle.protocol_detection", Struct.getDefaultInstance()));
    }

    private static ListenerFilter inspector(Inspector inspector) {
        return switch (inspector) {
            case ORIGINAL_DESTINATION ->
                    listenerFilter(
                            "envoy.filters.listener.original_dst",
                            OriginalDst.getDefaultInstance());
            case TLS ->
                    listenerFilter(
                            "envoy.filters.listener.tls_inspector",
                            TlsInspector.getDefaultInstance());
            case HTTP ->
                    listenerFilter(
                            "envoy.filters.listener.http_inspector",
                            HttpInspector.getDefaultInstance());
        };
    }

    private static ListenerFilter listenerFilter(String name, Message config) {
        return ListenerFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }

    private static io.envoyproxy.envoy.config.listener.v3.FilterChain chain(
            FilterChain chain, dev.heddle.compiler.ir.Listener listener) {
        var out =
                io.envoyproxy.envoy.config.listener.v3.FilterChain.newBuilder()
                        .setName(chain.name());
        if (chain.handling() instanceof Handling.Tcp) {
            AccessEmitter.filters(listener.guards().access(), out);
        }
        if (chain.handling() instanceof Handling.Tcp tcp && tcp.lookUp().isPresent()) {
            out.addFilters(
                    filter(
                            "envoy.filters.network.sni_dynamic_forward_proxy",
                            DnsCaches.networkFilter(tcp.lookUp().getAsInt())));
        }
        out.addFilters(handling(chain, listener));
        if (!chain.match().equals(Match.ALL)) {
            out.setFilterChainMatch(match(chain.match()));
        }
        chain.tls()
                .ifPresent(tls ->
                        out.setTransportSocket(
                                listener.capture() == Capture.QUIC
                                        ? TlsEmitter.quic(tls)
                                        : TlsEmitter.server(tls)));
        if (chain.handling() instanceof Handling.Names names) {
            out.setMetadata(DatagramEmitter.metadata("listener", Protos.text(names.listener())));
        }
        if (chain.handling() instanceof Handling.Tcp tcp && !tcp.rule().isEmpty()) {
            out.setMetadata(counted(chain.origin().resource(), tcp.rule()));
        }
        return out.build();
    }

    /// By which rule connections are counted. Without the line, unlike that of routes: a chain that
    /// changes loses its connections, and a line moves whenever somebody writes something above it.
    private static Metadata counted(String resource, String rule) {
        return Metadata.newBuilder()
                .putFilterMetadata(
                        "heddle",
                        Struct.newBuilder()
                                .putFields("resource", Protos.text(resource))
                                .putFields("rule", Protos.text(rule))
                                .build())
                .build();
    }

    private static FilterChainMatch match(Match match) {
        FilterChainMatch.Builder out = FilterChainMatch.newBuilder();
        match.port().ifPresent(p -> out.setDestinationPort(UInt32Value.of(p)));
        match.addresses().forEach(it -> out.addPrefixRanges(range(it)));
        match.sources().forEach(it -> out.addSourcePrefixRanges(range(it)));
        out.addAllServerNames(match.serverNames());
        match.transport().ifPresent(out::setTransportProtocol);
        out.addAllApplicationProtocols(match.applicationProtocols());
        return out.build();
    }

    static CidrRange range(String address) {
        int slash = address.indexOf('/');
        boolean v6 = address.indexOf(':') >= 0;
        int bits = v6 ? 128 : 32;
        return CidrRange.newBuilder()
                .setAddressPrefix(slash < 0 ? address : address.substring(0, slash))
                .setPrefixLen(
                        UInt32Value.of(
                                slash < 0 ? bits : Integer.parseInt(address.substring(slash + 1))))
                .build();
    }

    private static Filter handling(FilterChain chain, dev.heddle.compiler.ir.Listener listener) {
        return switch (chain.handling()) {
            case Handling.Http http ->
                    filter(
                            "envoy.filters.network.http_connection_manager",
                            manager(http, listener, told(chain, http.edge())));
            case Handling.Names names ->
                    filter(
                            "envoy.filters.network.tcp_proxy",
                            tcp(
                                    Handling.Tcp.to(names.listener(), names.cluster()),
                                    listener.options().observation()));
            case Handling.Tcp tcp ->
                    filter(
                            "envoy.filters.network.tcp_proxy",
                            tcp(tcp, listener.options().observation()));
        };
    }

    /// Proxies of the mesh pass on what others have told them, gateways do not, as with Istio.
    private static Optional<HttpConnectionManager.ForwardClientCertDetails> told(
            FilterChain chain, boolean isEdge) {
        return chain.tls()
                .filter(tls -> tls.clients().isPresent())
                .map(tls ->
                        tls.ofTheMesh() && !isEdge
                                ? HttpConnectionManager.ForwardClientCertDetails.APPEND_FORWARD
                                : HttpConnectionManager.ForwardClientCertDetails.SANITIZE_SET);
    }

    private static Filter filter(String name, Message config) {
        return Filter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    /// As with Istio, a WebSocket passes everywhere.
    ///
    /// @param told what services are told of clients' certificates, where nobody says it; empty
    ///   where clients have none: a client's word about that is taken away, as Envoy does unasked
    private static HttpConnectionManager manager(
            Handling.Http http,
            dev.heddle.compiler.ir.Listener listener,
            Optional<HttpConnectionManager.ForwardClientCertDetails> told) {
        ListenerOptions options = listener.options();
        HttpConnectionManager.Builder out =
                HttpConnectionManager.newBuilder()
                        .setStatPrefix(http.statPrefix())
                        .setCodecType(
                                listener.capture() == Capture.QUIC
                                        ? HttpConnectionManager.CodecType.HTTP3
                                        : HttpConnectionManager.CodecType.AUTO)
                        .setUseRemoteAddress(BoolValue.of(http.edge()))
                        .addUpgradeConfigs(UpgradeConfig.newBuilder().setUpgradeType("websocket"));
        out.addAllAccessLog(AccessLogEmitter.emit(options.observation(), true));
        out.addAllAccessLog(StatsEmitter.emit(options.observation().metrics(), true));
        options.observation().tracing().ifPresent(t -> TracingEmitter.emit(t, out));
        HttpOptionsEmitter.emit(options.http(), out);
        if (listener.capture() == Capture.QUIC) {
            // As with HTTP/2, a WebSocket passes everywhere.
            out.setHttp3ProtocolOptions(
                    Http3ProtocolOptions.newBuilder().setAllowExtendedConnect(true));
        }
        if (told.isPresent() && options.http().certificates().isEmpty()) {
            out.setForwardClientCertDetails(told.get())
                    .setSetCurrentClientCertDetails(
                            HttpConnectionManager.SetCurrentClientCertDetails.newBuilder()
                                    .setSubject(BoolValue.of(true))
                                    .setUri(true)
                                    .setDns(true));
        }
        if (listener.direction() == Direction.INBOUND
                && !options.observation().metrics().of(true).isEmpty()) {
            out.addHttpFilters(StatsEmitter.hear());
        }
        // A browser's preflight request shows nothing, so where callers must, it is answered first.
        boolean asksCallers = !listener.guards().logins().equals(Logins.NONE);
        if (asksCallers) {
            FeatureEmitter.cors(out);
        }
        AccessEmitter.asked(listener.guards().access(), out);
        // A token may lead to another route, which may want something else to be shown.
        TokenEmitter.filter(listener.guards().tokens(), out);
        LoginEmitter.filters(listener.guards().logins(), out);
        AccessEmitter.filters(listener.guards().access(), out);
        // Who is refused takes nobody's place.
        if (http.limits()) {
            RateLimitEmitter.filter(out);
        }
        switch (http.translation()) {
            case NONE -> {}
            case GRPC_WEB ->
                    out.addHttpFilters(
                            httpFilter(
                                    "envoy.filters.http.grpc_web", GrpcWeb.getDefaultInstance()));
        }
        // What comes in for a workload is routed by no rule.
        if (listener.direction() == Direction.OUTBOUND) {
            FeatureEmitter.filters(asksCallers, http.asked(), out);
        }
        if (http.resolves()) {
            out.addHttpFilters(
                    httpFilter("envoy.filters.http.dynamic_forward_proxy", DnsCaches.httpFilter()));
        }
        Router router =
                Router.newBuilder()
                        .setSuppressEnvoyHeaders(!options.http().headers().envoy())
                        .build();
        out.addHttpFilters(httpFilter("envoy.filters.http.router", router));
        switch (http.routes()) {
            case Routes.Named(String name) ->
                    out.setRds(
                            Rds.newBuilder()
                                    .setConfigSource(Protos.ads())
                                    .setRouteConfigName(name));
            case Routes.Held(var table) ->
                    out.setRouteConfig(
                            RouteEmitter.emit(
                                    listener.guards().access().told().isEmpty()
                                            ? table
                                            : table.telling(table.told().hidingDenials())));
        }
        return out.build();
    }

    private static HttpFilter httpFilter(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    private static TcpProxy tcp(Handling.Tcp tcp, Observation observation) {
        TcpProxy.Builder out = TcpProxy.newBuilder().setStatPrefix(tcp.statPrefix());
        out.addAllAccessLog(AccessLogEmitter.emit(observation, false));
        out.addAllAccessLog(StatsEmitter.emit(observation.metrics(), false));
        StatsEmitter.report(observation.metrics(), out);
        tcp.times().idle().ifPresent(t -> out.setIdleTimeout(Protos.duration(t)));
        tcp.times()
                .whole()
                .ifPresent(t -> out.setMaxDownstreamConnectionDuration(Protos.duration(t)));
        tcp.tunnel()
                .ifPresent(tunnel ->
                        out.setTunnelingConfig(
                                TcpProxy.TunnelingConfig.newBuilder()
                                        .setHostname(tunnel.target())
                                        .setUsePost(tunnel.isPost())));
        if (tcp.hashesSource()) {
            out.addHashPolicy(
                    HashPolicy.newBuilder().setSourceIp(HashPolicy.SourceIp.getDefaultInstance()));
        }
        if (tcp.destinations().size() == 1) {
            return out.setCluster(tcp.destinations().getFirst().cluster()).build();
        }
        TcpProxy.WeightedCluster.Builder weighted = TcpProxy.WeightedCluster.newBuilder();
        tcp.destinations()
                .forEach(d ->
                        weighted.addClusters(
                                TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                                        .setName(d.cluster())
                                        .setWeight(d.weight())));
        return out.setWeightedClusters(weighted).build();
    }
}
