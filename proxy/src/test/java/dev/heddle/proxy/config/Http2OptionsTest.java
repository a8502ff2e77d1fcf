package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Texts.accepted;
import static dev.heddle.proxy.config.Texts.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.Http1Dialect.NameCase;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.route.GrpcTimeout;
import dev.heddle.proxy.route.StreamLimit;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import envoy.config.cluster.v3.Cluster;
import envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What configurations say of HTTP/2 and gRPC.
class Http2OptionsTest {

    private static UpstreamProtocol protocol(String yaml) {
        Cluster cluster =
                read(
                        Cluster.getDefaultInstance(),
                        "name: c\neds_cluster_config: {eds_config: {ads: {}}}\ntype: EDS\n" + yaml);
        return accepted(ClusterParser.parse(cluster)).settings().protocol();
    }

    private static String typed(String config) {
        return """
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type/http_options
            %s
        """
                .formatted(config);
    }

    private static Http2Options http2(UpstreamProtocol protocol) {
        return protocol.http2().options();
    }

    @Test
    void aClusterSpeaksHttp1UnlessItSaysOtherwise() {
        assertThat(protocol("")).isEqualTo(UpstreamProtocol.Http1.USUAL);
        assertThat(
                        protocol(
                                typed(
                                        "explicit_http_config: {http_protocol_options:"
                                                + " {enable_trailers: true}}")))
                .isEqualTo(new UpstreamProtocol.Http1(true, NameCase.LOWER));
    }

    @Test
    void aClusterSaysThatItSpeaksHttp2InTheNewWayOrTheOld() {
        String options =
                "{max_concurrent_streams: 7, initial_stream_window_size: 70000,"
                        + " initial_connection_window_size: 80000, hpack_table_size: 0,"
                        + " max_inbound_priority_frames_per_stream: 3,"
                        + " connection_keepalive: {interval: 30s, timeout: 5s}}";
        UpstreamProtocol old = protocol("http2_protocol_options: " + options);
        assertThat(
                        protocol(
                                typed(
                                        "explicit_http_config: {http2_protocol_options: "
                                                + options
                                                + "}")))
                .isEqualTo(old);
        Http2Options read = http2(old);
        assertThat(read.mostStreams()).isEqualTo(7);
        assertThat(read.engine().streamWindow()).isEqualTo(70_000);
        assertThat(read.engine().connectionWindow()).isEqualTo(80_000);
        assertThat(read.engine().tableSize()).isZero();
        assertThat(read.engine().floods().priorityFrames()).isEqualTo(3);
        assertThat(read.keepalive())
                .isEqualTo(
                        new Http2Options.Keepalive(
                                Duration.ofSeconds(30), Duration.ofSeconds(5), 15, Duration.ZERO));
    }

    @Test
    void aClusterMaySpeakWhatItsClientSpeaks() {
        UpstreamProtocol both =
                protocol(
                        typed(
                                "use_downstream_protocol_config: {http2_protocol_options:"
                                        + " {max_concurrent_streams: 9}}"));
        assertThat(both.http1()).isEqualTo(UpstreamProtocol.Http1.USUAL);
        assertThat(http2(both).mostStreams()).isEqualTo(9);
        assertThat(protocol("protocol_selection: USE_DOWNSTREAM_PROTOCOL"))
                .isInstanceOf(UpstreamProtocol.AsDownstream.class);
    }

    @Test
    void aRouteSaysHowFarItObeysCallers() {
        var table =
                accepted(
                        RouteParser.parse(
                                read(
                                        RouteConfiguration.getDefaultInstance(),
                                        """
                                        name: r
                                        virtual_hosts:
                                        - name: v
                                          domains: ["*"]
                                          routes:
                                          - match: {prefix: /a}
                                            route:
                                              cluster: a
                                              max_stream_duration:
                                                max_stream_duration: 9s
                                                grpc_timeout_header_max: 2s
                                                grpc_timeout_header_offset: 0.1s
                                          - match: {prefix: /b}
                                            route: {cluster: b, max_grpc_timeout: 3s}
                                        """)));
        var actions =
                table.virtualHosts().getFirst().routes().stream()
                        .map(route -> (RouteConfig.Action.Forward) route.action())
                        .toList();
        assertThat(actions.getFirst().streamLimit())
                .contains(
                        new StreamLimit(
                                Optional.of(Duration.ofSeconds(9)),
                                Optional.of(
                                        new GrpcTimeout(
                                                Duration.ofSeconds(2), Duration.ofMillis(100)))));
        assertThat(actions.getLast().streamLimit()).isEmpty();
        assertThat(actions.getLast().grpcTimeout())
                .contains(new GrpcTimeout(Duration.ofSeconds(3), Duration.ZERO));
    }
}
