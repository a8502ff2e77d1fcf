package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import java.util.ArrayList;

/// The layer of a proxy's runtime by which the control plane has it do something for a while, as
/// telling of all of its requests.
final class LiveRuntime {
    /// What the control plane calls it; layers of a bootstrap have names of their own.
    private static final String RESOURCE = "heddle";

    private static final String NAME = "heddle-live";

    /// A control plane that knows no such layer does not hold up a start for longer.
    private static final int PATIENCE_SECONDS = 5;

    private LiveRuntime() {}

    /// With that layer, where there is a control plane to ask: behind what is there, but before
    /// what an operator says on the admin page.
    static Bootstrap in(Bootstrap base) {
        LayeredRuntime said = base.getLayeredRuntime();
        boolean isThere =
                said.getLayersList().stream()
                        .anyMatch(it -> it.getRtdsLayer().getName().equals(RESOURCE));
        if (!base.getDynamicResources().hasAdsConfig() || isThere) {
            return base;
        }
        var layers = new ArrayList<>(said.getLayersList());
        int at = layers.size();
        while (at > 0 && layers.get(at - 1).hasAdminLayer()) {
            at--;
        }
        layers.add(at, layer());
        return base.toBuilder()
                .setLayeredRuntime(LayeredRuntime.newBuilder().addAllLayers(layers))
                .build();
    }

    private static RuntimeLayer layer() {
        return RuntimeLayer.newBuilder()
                .setName(NAME)
                .setRtdsLayer(
                        RuntimeLayer.RtdsLayer.newBuilder()
                                .setName(RESOURCE)
                                .setRtdsConfig(
                                        ConfigSource.newBuilder()
                                                .setAds(AggregatedConfigSource.newBuilder())
                                                .setResourceApiVersion(ApiVersion.V3)
                                                .setInitialFetchTimeout(
                                                        Duration.newBuilder()
                                                                .setSeconds(PATIENCE_SECONDS))))
                .build();
    }
}
