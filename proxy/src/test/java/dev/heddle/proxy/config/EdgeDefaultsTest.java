package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.overload.Monitor;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import envoy.config.bootstrap.v3.Bootstrap;
import envoy.config.cluster.v3.Cluster;
import envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import envoy.config.listener.v3.Listener;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Envoy recommends at the edge is there unless the configuration says otherwise.
class EdgeDefaultsTest {

    @TempDir private Path directory;

    private static <M extends Message> M completed(XdsType type, M message) {
        XdsResource resource = EdgeDefaults.complete(type, XdsResource.of("x", message.packed()));
        return resource.body().unpack(message);
    }

    private static Listener listener(String fields, String httpFields) {
        return completed(
                XdsType.LISTENER,
                Texts.read(
                        Listener.getDefaultInstance(),
                        """
                        name: l
                        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                        %s
                        filter_chains:
                        - filters:
                          - name: f
                            typed_config:
                              "@type": type/manager
                              stat_prefix: s
                              %s
                              route_config: {name: r, virtual_hosts: []}
                              http_filters: [{name: r, typed_config: {"@type": type/router}}]
                        """
                                .formatted(fields, httpFields)));
    }

    private static HttpConnectionManager manager(Listener listener) {
        return listener.getFilterChains(0)
                .getFilters(0)
                .getTypedConfig()
                .unpack(HttpConnectionManager.getDefaultInstance());
    }

    @Test
    void whatIsOpenIsFilled() {
        Listener listener = listener("", "");
        assertThat(listener.getPerConnectionBufferLimitBytes().getValue()).isEqualTo(32_768);
        HttpConnectionManager http = manager(listener);
        assertThat(http.getUseRemoteAddress().getValue()).isTrue();
        assertThat(http.getNormalizePath().getValue()).isTrue();
        assertThat(http.getMergeSlashes()).isTrue();
        assertThat(http.getPathWithEscapedSlashesAction())
                .isEqualTo(PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT);
        var common = http.getCommonHttpProtocolOptions();
        assertThat(common.getIdleTimeout().getSeconds()).isEqualTo(3_600);
        assertThat(common.getHeadersWithUnderscoresAction())
                .isEqualTo(HeadersWithUnderscoresAction.REJECT_REQUEST);
        var http2 = http.getHttp2ProtocolOptions();
        assertThat(http2.getMaxConcurrentStreams().getValue()).isEqualTo(100);
        assertThat(http2.getInitialStreamWindowSize().getValue()).isEqualTo(65_536);
        assertThat(http2.getInitialConnectionWindowSize().getValue()).isEqualTo(1_048_576);
        assertThat(http.getStreamIdleTimeout().getSeconds()).isEqualTo(300);
        assertThat(http.getRequestTimeout().getSeconds()).isEqualTo(300);
        assertThat(http.getRequestHeadersTimeout().getSeconds()).isEqualTo(60);
    }

    @Test
    void whatIsSetStays() {
        HttpConnectionManager http =
                manager(
                        listener(
                                "per_connection_buffer_limit_bytes: 7",
                                """
                                use_remote_address: false
                                      request_timeout: 0s
                                      common_http_protocol_options: {idle_timeout: 5s}
                                      http2_protocol_options: {max_concurrent_streams: 7}\
                                """));
        assertThat(http.getUseRemoteAddress().getValue()).isFalse();
        assertThat(http.getRequestTimeout().getSeconds()).isZero();
        assertThat(http.getCommonHttpProtocolOptions().getIdleTimeout().getSeconds()).isEqualTo(5);
        // The rest of a message that is set in part is open.
        assertThat(http.getCommonHttpProtocolOptions().getHeadersWithUnderscoresAction())
                .isEqualTo(HeadersWithUnderscoresAction.REJECT_REQUEST);
        assertThat(http.getHttp2ProtocolOptions().getMaxConcurrentStreams().getValue())
                .isEqualTo(7);
        assertThat(http.getHttp2ProtocolOptions().getInitialStreamWindowSize().getValue())
                .isEqualTo(65_536);
    }

    @Test
    void theProxyTakesWhatIsFilled() {
        Parsed<ListenerConfig> parsed =
                new ResourceParser(HttpFilters.ALL).listener(listener("", "").packed());
        assertThat(Texts.accepted(parsed).name()).isEqualTo("l");
        Cluster cluster =
                completed(XdsType.CLUSTER, Texts.read(Cluster.getDefaultInstance(), "name: a"));
        assertThat(cluster.getPerConnectionBufferLimitBytes().getValue()).isEqualTo(32_768);
    }

    @Test
    void whatCannotBeReadIsLeftToWhoeverReadsIt() {
        var broken =
                XdsResource.of("x", Any.of(XdsType.LISTENER.typeUrl(), Bytes.of(new byte[] {1})));
        assertThat(EdgeDefaults.complete(XdsType.LISTENER, broken)).isSameAs(broken);
    }

    @Test
    void whatTheControlPlaneSendsIsFilledToo() {
        var heard = new ArrayList<XdsResource>();
        EdgeDefaults.before(
                        (type, changed, removed) -> {
                            heard.addAll(changed);
                            return List.of();
                        })
                .onUpdate(
                        XdsType.CLUSTER,
                        List.of(
                                XdsResource.of(
                                        "a",
                                        Texts.read(Cluster.getDefaultInstance(), "name: a")
                                                .packed())),
                        List.of());
        assertThat(heard.getFirst().body().unpack(Cluster.getDefaultInstance()))
                .extracting(it -> it.getPerConnectionBufferLimitBytes().getValue())
                .isEqualTo(32_768);
    }

    @Test
    void aBootstrapGetsAnOverloadManagerUnlessItHasOne() throws Exception {
        Path file = directory.resolve("edge.yaml");
        Files.writeString(file, "static_resources: {clusters: [{name: a}]}\n");
        ProxyBootstrap read = BootstrapParser.readAtEdge(file, 1_000_000);
        assertThat(read.isAtEdge()).isTrue();
        assertThat(read.overload().orElseThrow().monitors().values())
                .containsExactly(new Monitor.FixedHeap(1_000_000));
        // Dumps show it.
        Bootstrap shown = Bootstrap.of(read.message());
        assertThat(
                        shown.getOverloadManager()
                                .getResourceMonitors(0)
                                .getTypedConfig()
                                .unpack(FixedHeapConfig.getDefaultInstance())
                                .getMaxHeapSizeBytes())
                .isEqualTo(1_000_000);
        Files.writeString(file, "overload_manager: {refresh_interval: 1s}\n");
        assertThat(
                        Bootstrap.of(BootstrapParser.readAtEdge(file, 1_000_000).message())
                                .getOverloadManager()
                                .getActionsCount())
                .isZero();
    }
}
