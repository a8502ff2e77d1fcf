package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ScrapeAnnotations;
import dev.heddle.compiler.world.World;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

/// Has a proxy answer for its workload when somebody asks for metrics, as Istio's agent does it:
/// where the mesh's `enablePrometheusMerge` or the workload says so, and the workload's annotations
/// (`prometheus.io/scrape` and so on) say where it has metrics of its own.
///
/// It stands in the node's metadata, which stock Envoy does not read.
final class MergedScrape {
    private static final String FIELD = "HEDDLE_SCRAPE";
    private static final int USUAL_PORT = 15_020;

    private MergedScrape() {}

    static Bootstrap in(Bootstrap base, World world, ProxyScope scope) {
        ScrapeAnnotations said = scope.annotations().scrape();
        boolean merges = said.merges().orElse(world.settings().mergesScrapes());
        int port = said.port().orElse(world.options(scope).statusPort().orElse(USUAL_PORT));
        // With Istio the annotation names the agent already where injection has changed it.
        boolean isOwn =
                said.application()
                        .filter(it -> it.startsWith("http://127.0.0.1:" + port + "/"))
                        .isPresent();
        if (!merges || said.application().isEmpty() || isOwn) {
            return base;
        }
        Bootstrap.Builder out = base.toBuilder();
        out.getNodeBuilder()
                .getMetadataBuilder()
                .putFields(
                        FIELD,
                        Value.newBuilder()
                                .setStructValue(
                                        Struct.newBuilder()
                                                .putFields(
                                                        "port",
                                                        Value.newBuilder()
                                                                .setNumberValue(port)
                                                                .build())
                                                .putFields(
                                                        "application",
                                                        Value.newBuilder()
                                                                .setStringValue(
                                                                        said.application().get())
                                                                .build()))
                                .build());
        return out.build();
    }
}
