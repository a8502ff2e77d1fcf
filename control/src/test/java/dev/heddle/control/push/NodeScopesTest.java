package dev.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.ProxyOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Interception.Kernel;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.model.mesh.ProxyHeaders;
import dev.heddle.model.service.Locality;
import dev.heddle.xds.NodeInfo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeScopesTest {
    private static final String ID = "sidecar~10.0.0.1~reviews-v1-abc.shop~shop.svc.cluster.local";

    private static NodeScopes.Outcome read(String id, String metadata)
            throws InvalidProtocolBufferException {
        var struct = Struct.newBuilder();
        JsonFormat.parser().merge(metadata, struct);
        return NodeScopes.read(NodeInfo.of(id, "reviews.shop").withMetadata(struct.build()));
    }

    private static ProxyScope known(String id, String metadata)
            throws InvalidProtocolBufferException {
        return ((NodeScopes.Outcome.Known) read(id, metadata)).scope();
    }

    @Test
    void aSidecarOfIstiosConventionsIsUnderstood() throws Exception {
        assertThat(
                        known(
                                ID,
                                """
                                {"NAMESPACE": "shop", "LABELS": {"app": "reviews", "version": "v1"},
                                 "CLUSTER_ID": "east", "ISTIO_VERSION": "1.29.0"}
                                """))
                .isEqualTo(
                        new ProxyScope(
                                Role.SIDECAR,
                                "shop",
                                Map.of("app", "reviews", "version", "v1"),
                                "shop.svc.cluster.local",
                                "east",
                                new Interception.Redirect(),
                                WorkloadAnnotations.NONE,
                                Locality.UNKNOWN,
                                new ProxyScope.Node(
                                        Map.of("ISTIO_VERSION", "1.29.0"),
                                        Optional.empty(),
                                        new TreeSet<>(Set.of("10.0.0.1")))));
    }

    @Test
    void addressesThatEverybodyHasTellNobodyApart() throws Exception {
        assertThat(
                        known(
                                        "sidecar~127.0.0.1~web-0.shop~shop.svc.cluster.local",
                                        """
                                        {"INSTANCE_IPS": "10.0.0.7, fd00::7,::1,nonsense,0.0.0.0"}
                                        """)
                                .node()
                                .addresses())
                .containsExactly("10.0.0.7", "fd00::7");
    }

    @Test
    void aWorkloadsAnnotationsCountForItsProxy() throws Exception {
        ProxyScope scope =
                known(
                        ID,
                        """
                        {"ANNOTATIONS": {"sidecar.istio.io/interceptionMode": "TPROXY",
                          "proxy.istio.io/config": "proxyHeaders:\n  server: {value: shop}\n"}}
                        """);
        assertThat(scope.interception()).isEqualTo(new Interception.Redirect(Kernel.TPROXY));
        assertThat(scope.annotations().options().headers().orElseThrow().server().orElseThrow())
                .isEqualTo(new ProxyHeaders.Server(Optional.empty(), "shop"));
        assertThat(scope.annotations().findings()).isEmpty();
    }

    @Test
    void whatTheProxySaysOfItsInterceptionGoesBeforeTheAnnotation() throws Exception {
        ProxyScope scope =
                known(
                        ID,
                        """
                        {"INTERCEPTION_MODE": "REDIRECT",
                         "ANNOTATIONS": {"sidecar.istio.io/interceptionMode": "TPROXY"}}
                        """);
        assertThat(scope.interception()).isEqualTo(new Interception.Redirect(Kernel.REDIRECT));
    }

    @Test
    void anAnnotationThatCannotBeUsedIsAFindingAndCountsAsNotThere() throws Exception {
        ProxyScope scope =
                known(ID, "{\"ANNOTATIONS\": {\"proxy.istio.io/config\": \"concurrency: [\"}}");
        assertThat(scope.annotations().options()).isEqualTo(ProxyOptions.NONE);
        assertThat(scope.annotations().findings())
                .singleElement()
                .asString()
                .contains("workload in shop", "this is not YAML");
    }

    @Test
    void aProxySaysHowItWasStartedAsIstiosAgentPassesItOn() throws Exception {
        ProxyScope scope =
                known(
                        ID,
                        """
                        {"PROXY_CONFIG": {"concurrency": 2, "drainDuration": "45s",
                          "discoveryAddress": "istiod:15012", "proxyMetadata": {"A": "b"}}}
                        """);
        assertThat(scope.node().process())
                .contains(
                        new ProcessOptions(
                                OptionalInt.of(2),
                                Optional.of(Duration.ofSeconds(45)),
                                Optional.empty(),
                                Optional.empty(),
                                Map.of("A", "b")));
        assertThat(known(ID, "{}").node().process()).isEmpty();
    }

    @Test
    void aGatewayWithBindsIsUnderstood() throws Exception {
        ProxyScope scope =
                known(
                        "router~10.0.0.2~gw-0.edge~edge.svc.cluster.local",
                        """
                        {"LABELS": {"istio": "ingressgateway"}, "INTERCEPTION_MODE": "NONE",
                         "HEDDLE": {"binds": {"8080": "127.0.0.1:18080", "443": "[::1]:8443"}}}
                        """);
        assertThat(scope.role()).isEqualTo(Role.GATEWAY);
        assertThat(scope.namespace()).isEqualTo("edge");
        assertThat(scope.interception())
                .isEqualTo(
                        new Interception.Explicit(
                                "", List.of(), Map.of(8080, "127.0.0.1:18080", 443, "[::1]:8443")));
    }

    @Test
    void explicitListenersAreUnderstood() throws Exception {
        ProxyScope scope =
                known(
                        ID,
                        """
                        {"INTERCEPTION_MODE": "NONE", "HEDDLE": {"httpProxy": "127.0.0.1:20001",
                         "inbound": [{"port": 9080, "bind": "127.0.0.1:20002",
                                      "application": "127.0.0.1:20003"}]}}
                        """);
        assertThat(scope.interception())
                .isEqualTo(
                        new Interception.Explicit(
                                "127.0.0.1:20001",
                                List.of(
                                        new InboundPort(
                                                9080, "127.0.0.1:20002", "127.0.0.1:20003")),
                                Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "web | {} | node id: 'web'",
                "ztunnel~1~a.b~c | {} | type 'ztunnel'",
                "sidecar~1~a.~c | {} | metadata.NAMESPACE",
                "sidecar~1~a.b~c | {'INTERCEPTION_MODE': 'MAGIC'} | 'MAGIC'",
                "sidecar~1~a.b~c | {'HEDDLE': 7} | metadata.HEDDLE: not a struct",
                "sidecar~1~a.b~c | {'HEDDLE': {'inbuond': []}} | 'inbuond'",
                "sidecar~1~a.b~c | {'HEDDLE': {'httpProxy': '20001'}} | HEDDLE.httpProxy: '20001'",
                "sidecar~1~a.b~c | {'HEDDLE': {'httpProxy': 'x:0'}} | ADDRESS:PORT",
                "sidecar~1~a.b~c | {'HEDDLE': {'httpProxy': 'x:99999'}} | ADDRESS:PORT",
                "sidecar~1~a.b~c | {'HEDDLE': {'inbound': {}}} | HEDDLE.inbound: not a list",
                "sidecar~1~a.b~c | {'HEDDLE': {'inbound': [1]}} | HEDDLE.inbound[0]",
                "sidecar~1~a.b~c | {'HEDDLE': {'inbound': [{'port': 1.5}]}} | inbound[0].port: 1.5",
                "sidecar~1~a.b~c | {'HEDDLE': {'inbound': [{'port': 80}]}} | inbound[0].bind: ''",
                "sidecar~1~a.b~c | {'HEDDLE': {'binds': {'http': 'x:1'}}} | binds: 'http'",
                "sidecar~1~a.b~c | {'HEDDLE': {'binds': {'80': 8080}}} | HEDDLE.binds.80: ''",
            })
    void whatMakesNoSenseIsRefusedByName(String id, String metadata, String reason)
            throws Exception {
        String json = metadata.replace('\'', '"');
        if (json.contains("HEDDLE")) {
            json = json.replaceFirst("\\{", "{\"INTERCEPTION_MODE\": \"NONE\", ");
        }
        assertThat(read(id, json))
                .isInstanceOfSatisfying(
                        NodeScopes.Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reason));
    }
}
