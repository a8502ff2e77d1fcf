package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.explain.PlanText;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.MeshTrust;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.SourceText;
import dev.heddle.model.core.Service;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.xds.NamedResources;
import dev.heddle.xds.XdsType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MeshCompilerTest {
    private static final Resources REVIEWS =
            Resources.of(
                    List.of(
                            new Resource<>(
                                    Kinds.SERVICE,
                                    Metadata.of("default", "reviews"),
                                    new Service(
                                            List.of(
                                                    new Service.ServicePort(
                                                            "http",
                                                            9080,
                                                            "",
                                                            "",
                                                            Optional.empty())),
                                            Map.of("app", "reviews"),
                                            "",
                                            List.of(),
                                            Service.Type.ClusterIP,
                                            "",
                                            false,
                                            ""),
                                    SourceText.NONE),
                            new Resource<>(
                                    Kinds.WORKLOAD_ENTRY,
                                    Metadata.of("default", "reviews-v1"),
                                    new WorkloadEntry(
                                            "127.0.0.1",
                                            Map.of("http", 20012),
                                            Map.of("app", "reviews", "version", "v1"),
                                            "",
                                            "",
                                            OptionalInt.empty(),
                                            ""),
                                    SourceText.NONE)));

    @Test
    void aServiceIsReachedThroughTheHttpProxyByEveryShortName() {
        Compiled compiled =
                MeshCompiler.compile(
                        World.of(7, REVIEWS, MeshSettings.DEFAULT),
                        sidecar(new Interception.Explicit("127.0.0.1:20001", List.of(), Map.of())));

        assertThat(compiled.snapshot().version()).isEqualTo("7");
        assertThat(compiled.plan().route("http_proxy").orElseThrow().virtualHosts().getFirst())
                .satisfies(host ->
                        assertThat(host.domains())
                                .containsExactly(
                                        "reviews.default.svc.cluster.local:9080",
                                        "reviews.default.svc.cluster.local.:9080",
                                        "reviews:9080",
                                        "reviews.default:9080",
                                        "reviews.default.svc:9080"));
        assertThat(SnapshotJson.resources(compiled.snapshot(), XdsType.ENDPOINT))
                .contains("\"port_value\": 20012");
    }

    @Test
    void equalWorldsGiveEqualBytes() {
        ProxyScope scope = sidecar(new Interception.Redirect());

        Compiled first = MeshCompiler.compile(World.of(7, REVIEWS, MeshSettings.DEFAULT), scope);
        Compiled second = MeshCompiler.compile(World.of(7, REVIEWS, MeshSettings.DEFAULT), scope);

        assertThat(first.snapshot()).isEqualTo(second.snapshot());
    }

    @Test
    void aMeshThatAllowsOnlyWhatItKnowsSendsNothingElsewhere() {
        var settings =
                new MeshSettings(
                        "istio-system",
                        "cluster.local",
                        MeshSettings.OutboundPolicy.REGISTRY_ONLY,
                        Duration.ofMillis(100),
                        "istio-system",
                        Optional.empty(),
                        MeshTrust.NONE,
                        false);

        Compiled compiled =
                MeshCompiler.compile(
                        World.of(1, REVIEWS, settings), sidecar(new Interception.Redirect()));

        assertThat(PlanText.of(compiled.plan()))
                .contains("reply 502")
                .contains("inspects tls http, silent clients may wait 100 ms")
                .doesNotContain("-> 1 x PassthroughCluster")
                .doesNotContain("host allow_any");
    }

    /// What only one workload is would make its listeners its own.
    @Test
    void proxiesThatTellOfTrafficUnaskedHaveTheSameListeners() {
        World world = World.of(1, REVIEWS, MeshSettings.DEFAULT.keepingSignals());
        ProxyScope one = sidecar("productpage", new Interception.Redirect());
        ProxyScope other = sidecar("details", new Interception.Redirect());
        Outbound common =
                MeshCompiler.outbound(world, MeshCompiler.outlook(world, one), Optional.empty());
        assertThat(MeshCompiler.outlook(world, other)).isEqualTo(MeshCompiler.outlook(world, one));

        NamedResources ones = listeners(world, one, common);
        NamedResources others = listeners(world, other, common);

        assertThat(common.plan().listeners())
                .isNotEmpty()
                .allSatisfy(it -> {
                    assertThat(it.options().observation().tracing()).isPresent();
                    assertThat(it.options().observation().logs()).hasSize(2);
                    assertThat(ones.get(it.name())).isSameAs(others.get(it.name()));
                });
    }

    private static NamedResources listeners(World world, ProxyScope scope, Outbound common) {
        Own own = MeshCompiler.own(world, scope, common, Optional.empty());
        return MeshCompiler.compile(world, List.of(), scope, common, own)
                .snapshot()
                .of(XdsType.LISTENER);
    }

    private static ProxyScope sidecar(Interception interception) {
        return sidecar("productpage", interception);
    }

    private static ProxyScope sidecar(String app, Interception interception) {
        return new ProxyScope(
                Role.SIDECAR,
                "default",
                Map.of("app", app),
                "default.svc.cluster.local",
                "Kubernetes",
                interception);
    }
}
