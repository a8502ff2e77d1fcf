package dev.heddle.bench.peer;

import dev.heddle.bench.system.BenchException;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.tree.Node;
import dev.heddle.xds.XdsType;
import java.util.List;
import java.util.Map;

/// Istio's metrics as a sidecar of a mesh has them: what the compiler writes, not what somebody
/// thinks that it writes.
final class MeshMetrics {
    private static final String MESH =
            """
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: mesh, namespace: istio-system}
            spec: {metrics: [{providers: [{name: prometheus}]}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: bench, namespace: default}
            spec: {selector: {app: bench}, ports: [{name: http, port: 80}]}
            """;

    private MeshMetrics() {}

    /// The access log that counts, as JSON on one line.
    static String log() {
        var world =
                World.of(
                        0,
                        Resources.of(ResourceReader.read("mesh.yaml", MESH).resources()),
                        MeshSettings.DEFAULT);
        var scope =
                new ProxyScope(
                        Role.SIDECAR,
                        "default",
                        Map.of("app", "bench"),
                        "default.svc.cluster.local",
                        "Kubernetes",
                        new Interception.Explicit("127.0.0.1:80", List.of(), Map.of()));
        String listeners =
                SnapshotJson.resources(
                        MeshCompiler.compile(world, scope).snapshot(), XdsType.LISTENER);
        Node chain = first(at(first(Json.parse(listeners)), "filter_chains"));
        Node manager = at(first(at(chain, "filters")), "typed_config");
        for (Node log : ((Node.Sequence) at(manager, "access_log")).items()) {
            if (((Node.Text) at(log, "name")).value().equals("envoy.access_loggers.stats")) {
                return Json.compact(log);
            }
        }
        throw new BenchException("the compiler writes no log that counts");
    }

    private static Node at(Node node, String field) {
        return ((Node.Mapping) node)
                .get(field)
                .orElseThrow(() -> new BenchException("a listener has no " + field));
    }

    private static Node first(Node node) {
        return ((Node.Sequence) node).items().getFirst();
    }
}
