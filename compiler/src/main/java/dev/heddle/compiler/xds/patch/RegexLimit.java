package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.model.match.RegexProgram;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer;

/// How large the programs of regular expressions may be. Envoy refuses a whole route table for one
/// that is larger, and takes no more than 100 instructions unasked; so proxies are started with the
/// number that the checks of resources go by, as Istio starts them.
final class RegexLimit {
    private static final String KEY = "re2.max_program_size.error_level";
    private static final String NAME = "heddle";

    private RegexLimit() {}

    /// The bootstrap with that limit, where it says none itself.
    static Bootstrap in(Bootstrap base) {
        LayeredRuntime said = base.getLayeredRuntime();
        boolean isSaid =
                said.getLayersList().stream()
                        .anyMatch(layer -> layer.getStaticLayer().containsFields(KEY));
        if (isSaid) {
            return base;
        }
        // What is behind goes before it. Without any layer an operator can change all by the admin
        // pages, and still can.
        LayeredRuntime.Builder layers = LayeredRuntime.newBuilder().addLayers(limit());
        if (base.hasLayeredRuntime()) {
            layers.addAllLayers(said.getLayersList());
        } else {
            layers.addLayers(
                    RuntimeLayer.newBuilder()
                            .setName("admin")
                            .setAdminLayer(RuntimeLayer.AdminLayer.getDefaultInstance()));
        }
        return base.toBuilder().setLayeredRuntime(layers).build();
    }

    private static RuntimeLayer limit() {
        return RuntimeLayer.newBuilder()
                .setName(NAME)
                .setStaticLayer(
                        Struct.newBuilder()
                                .putFields(
                                        KEY,
                                        Value.newBuilder()
                                                .setNumberValue(RegexProgram.MOST)
                                                .build()))
                .build();
    }
}
