package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.xds.patch.BootstrapText;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.xds.EnvoyJson;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Proxies are started so that a control plane can change their runtime.
@Tag("envoy")
class LiveRuntimeTest {
    @TempDir private Path directory;

    private static String bootstrap(String more) {
        return """
        {"node": {"id": "sidecar~10.0.0.1~web.shop~shop.svc.cluster.local", "cluster": "web"},
         %s "dynamic_resources": {"ads_config": {"api_type": "DELTA_GRPC",
           "transport_api_version": "V3",
           "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}]}},
         "static_resources": {"clusters": [{"name": "xds-grpc", "type": "STATIC",
           "load_assignment": {"cluster_name": "xds-grpc"},
           "typed_extension_protocol_options": {
             "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
               "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
               "explicit_http_config": {"http2_protocol_options": {}}}}}]}}
        """
                .formatted(more);
    }

    private static String completed(String bootstrap) throws Exception {
        GoldenCase golden = GoldenCase.all().getFirst();
        return BootstrapText.parse(bootstrap)
                .completed(Meshes.read(golden).world(), Meshes.scope(golden));
    }

    private static List<String> layers(String bootstrap) throws Exception {
        return EnvoyJson.parse(bootstrap, Bootstrap.getDefaultInstance())
                .getLayeredRuntime()
                .getLayersList()
                .stream()
                .map(RuntimeLayer::getName)
                .toList();
    }

    @Test
    void aLayerOfTheControlPlanesGoesBeforeWhatAnOperatorSays() throws Exception {
        String completed = completed(bootstrap(""));
        assertThat(layers(completed)).containsExactly("heddle", "heddle-live", "admin");
        assertThat(layers(completed(completed))).isEqualTo(layers(completed));
        assertThat(ValidatingEnvoy.find("runtime").objection(completed, directory)).isEmpty();
        assertThat(
                        layers(
                                completed(
                                        bootstrap(
                                                "\"layered_runtime\": {\"layers\": [{\"name\":"
                                                        + " \"own\", \"static_layer\": {}}]},"))))
                .containsExactly("heddle", "own", "heddle-live");
    }

    @Test
    void whoHasNoControlPlaneHasNoSuchLayer() throws Exception {
        assertThat(layers(completed("{\"static_resources\": {}}")))
                .containsExactly("heddle", "admin");
    }
}
