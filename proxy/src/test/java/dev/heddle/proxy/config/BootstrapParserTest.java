package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.xds.XdsResource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BootstrapParserTest {

    private static final String ADS =
            """
            node:
              id: sidecar~127.0.0.1~reviews-v1.default~default.svc.cluster.local
              cluster: reviews.default
              metadata: {INTERCEPTION_MODE: NONE}
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 15000}}}
            dynamic_resources:
              cds_config: {ads: {}, resource_api_version: V3}
              lds_config: {ads: {}, resource_api_version: V3}
              ads_config:
                api_type: DELTA_GRPC
                transport_api_version: V3
                grpc_services: [{envoy_grpc: {cluster_name: xds}}]
            static_resources:
              clusters:
              - name: xds
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/\
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment:
                  cluster_name: xds
                  endpoints:
                  - lb_endpoints:
                    - endpoint:
                        address: {socket_address: {address: 127.0.0.1, port_value: 15010}}
            stats_config: {stats_tags: [{tag_name: a, fixed_value: b}]}
            """;

    private static ProxyBootstrap parse(String yaml) throws BootstrapException {
        return BootstrapParser.parse("boot.yaml", yaml);
    }

    @Test
    void theBootstrapOfASidecarSaysWhoItIsAndWhereToAsk() throws BootstrapException {
        ProxyBootstrap bootstrap = parse(ADS);
        assertThat(bootstrap.node().id())
                .isEqualTo("sidecar~127.0.0.1~reviews-v1.default~default.svc.cluster.local");
        assertThat(bootstrap.node().info().userAgent()).isEqualTo("heddle");
        assertThat(bootstrap.node().info().text("INTERCEPTION_MODE")).contains("NONE");
        assertThat(bootstrap.admin())
                .contains(new InetSocketAddress(InetAddress.getLoopbackAddress(), 15000));
        assertThat(bootstrap.controlPlane())
                .contains(
                        new ProxyBootstrap.ControlPlane(
                                "xds",
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 15010),
                                false));
        assertThat(bootstrap.clusters()).extracting(XdsResource::name).containsExactly("xds");
        assertThat(bootstrap.notes()).containsExactly("stats_config.stats_tags");
    }

    @Test
    void aControlPlaneMayBeAClusterThatNoRequestCanGoTo() throws BootstrapException {
        ProxyBootstrap bootstrap =
                parse(
                        ADS.replace(
                                "explicit_http_config: {http2_protocol_options: {}}",
                                "auto_config: {}"));
        assertThat(bootstrap.controlPlane()).isPresent();
        assertThat(bootstrap.clusters()).isEmpty();
        assertThat(bootstrap.notes())
                .containsExactly(
                        "static_resources.clusters[0] (is used for the control plane only)",
                        "stats_config.stats_tags");
    }

    @Test
    void aControlPlaneThatIsSecuredIsNeverSpokenToOtherwise() throws BootstrapException {
        String tls =
                """
                  - name: xds
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/\
                envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        sni: istiod.istio-system.svc
                """;
        ProxyBootstrap bootstrap = parse(ADS.replace("  - name: xds\n", tls));
        assertThat(bootstrap.controlPlane())
                .hasValueSatisfying(it -> assertThat(it.isSecured()).isTrue());
        // It is among those for requests, whose TLS is looked at when the proxy starts.
        assertThat(
                        parse(
                                        ADS.replace("  - name: xds\n", tls)
                                                .replace(
                                                        "explicit_http_config:"
                                                                + " {http2_protocol_options: {}}",
                                                        "auto_config: {}"))
                                .clusters())
                .extracting(XdsResource::name)
                .containsExactly("xds");
    }

    @Test
    void staticResourcesKeepTheirNamesAndAListenerWithoutOneGetsOne() throws BootstrapException {
        ProxyBootstrap bootstrap =
                parse(
                        """
                        static_resources:
                          listeners: [{stat_prefix: a}, {name: l}]
                          clusters: [{name: a, connect_timeout: {seconds: 1}}]
                        """);
        assertThat(bootstrap.listeners())
                .extracting(XdsResource::name)
                .containsExactly("listener_0", "l");
        assertThat(bootstrap.clusters()).extracting(XdsResource::name).containsExactly("a");
        assertThat(bootstrap.controlPlane()).isEmpty();
        assertThat(bootstrap.admin()).isEmpty();
    }

    @Test
    void jsonIsReadToo() throws BootstrapException {
        assertThat(parse("{\"staticResources\": {\"clusters\": [{\"name\": \"a\"}]}}").clusters())
                .hasSize(1);
    }

    private static void fails(String yaml, String message) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(BootstrapException.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyMistakeSaysTheFileAndThePlace() {
        fails("a: [", "boot.yaml:1:5: ");
        fails("- a", "boot.yaml: not an object (expected: an Envoy bootstrap");
        fails("static_resource: {}", "boot.yaml: ");
        fails("static_resource: {}", "static_resource");
        fails(
                "static_resources: {clusters: [{name: a}, {name: a}]}",
                "boot.yaml: static_resources.clusters[1].name: 'a' is there twice");
        fails(
                ADS.replace("DELTA_GRPC", "REST"),
                "boot.yaml: dynamic_resources.ads_config.api_type: REST is not implemented"
                        + " (expected: DELTA_GRPC)");
        fails(
                ADS.replace("cluster_name: xds}", "cluster_name: y}"),
                "boot.yaml: dynamic_resources.ads_config.grpc_services[0].envoy_grpc.cluster_name:"
                        + " 'y' is not among static_resources.clusters (expected: one of them)");
        fails(
                ADS.replaceFirst("  id: .*\n", ""),
                "boot.yaml: node.id: '' (expected: who this proxy is, for the control plane)");
        fails(
                "admin: {address: {pipe: {path: /x}}}",
                "boot.yaml: admin.address.pipe: is not implemented");
        fails("tracing: {http: {name: x}}", "boot.yaml: tracing: is not implemented");
    }

    @Test
    void aFileThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> BootstrapParser.read(Path.of("/no/such.yaml")))
                .hasMessage("/no/such.yaml: no such file (expected: an Envoy bootstrap)");
    }
}
