package dev.heddle.e2e.gatewayapi;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// What the suite applies: manifests become a world, and each pod of a Deployment an echo server
/// with an address of its own on the loopback interface.
final class Cluster implements AutoCloseable {
    private final Suite suite;
    private final Material material;
    private final EchoPods pods = new EchoPods();
    private final Map<String, String> addresses = new HashMap<>();
    private final Map<String, Map<String, Integer>> ports = new HashMap<>();
    private final List<Resource<?>> base = new ArrayList<>();
    private long version;

    Cluster(Suite suite, Material material) throws IOException {
        this.suite = suite;
        this.material = material;
        base.addAll(resources("base.yaml", suite.base()));
        base.addAll(read("material.yaml", material.yaml()));
    }

    Material material() {
        return material;
    }

    EchoPods pods() {
        return pods;
    }

    /// All that there is in a test.
    List<Resource<?>> of(Suite.Test test) throws IOException {
        var all = new ArrayList<>(base);
        for (String file : test.manifests()) {
            Optional<String> manifest = suite.manifest(file);
            if (manifest.isPresent()) {
                all.addAll(resources(file, manifest.get()));
            }
        }
        return all;
    }

    /// The next world, of these.
    World world(List<Resource<?>> resources) {
        version++;
        return World.of(version, Resources.of(resources), MeshSettings.DEFAULT);
    }

    private List<Resource<?>> resources(String file, String text) throws IOException {
        var all = new ArrayList<>(read(file, text));
        var entries = new StringBuilder();
        for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
            if (each instanceof Map<?, ?> document) {
                if ("Deployment".equals(document.get("kind"))) {
                    deploy(document, entries);
                } else if ("Gateway".equals(document.get("kind"))) {
                    listen(document);
                }
            }
        }
        all.addAll(read("pods.yaml", entries.toString()));
        return all;
    }

    private static List<Resource<?>> read(String file, String text) {
        return ResourceReader.read(file, text).resources();
    }

    private void listen(Map<?, ?> gateway) {
        String name =
                text(gateway, "metadata", "namespace") + "/" + text(gateway, "metadata", "name");
        var listeners = new LinkedHashMap<String, Integer>();
        for (Object each : list(at(gateway, "spec", "listeners"))) {
            if (each instanceof Map<?, ?> listener
                    && listener.get("port") instanceof Integer port) {
                listeners.put(String.valueOf(listener.get("name")), port);
            }
        }
        ports.put(name, listeners);
    }

    /// The port of a Gateway's listener.
    ///
    /// @param listener empty for its first
    int port(String namespace, String gateway, String listener) {
        Map<String, Integer> listeners = ports.getOrDefault(namespace + "/" + gateway, Map.of());
        return listener.isEmpty()
                ? listeners.values().stream().findFirst().orElse(80)
                : listeners.getOrDefault(listener, 80);
    }

    private void deploy(Map<?, ?> deployment, StringBuilder entries) throws IOException {
        String namespace = text(deployment, "metadata", "namespace");
        String name = text(deployment, "metadata", "name");
        Map<?, ?> spec = map(at(deployment, "spec"));
        Map<?, ?> container = map(list(at(spec, "template", "spec", "containers")).getFirst());
        if (!String.valueOf(container.get("image")).contains("echo-basic")) {
            return;
        }
        var environment = new HashMap<String, String>();
        for (Object each : list(at(container, "env"))) {
            if (each instanceof Map<?, ?> variable) {
                environment.put(
                        String.valueOf(variable.get("name")),
                        String.valueOf(variable.get("value")));
            }
        }
        Optional<Authority.Pair> tls =
                environment.containsKey("TLS_SERVER_CERT")
                        ? Optional.of(
                                material.pair(
                                        namespace + "/" + volume(spec, "secret", "secretName")))
                        : Optional.empty();
        Optional<String> clients =
                environment.containsKey("TLS_CLIENT_CACERTS")
                        ? Optional.of(
                                material.root(namespace + "/" + volume(spec, "configMap", "name")))
                        : Optional.empty();
        int replicas = spec.get("replicas") instanceof Integer count ? count : 1;
        for (int i = 0; i < replicas; i++) {
            var pod = new EchoPods.Pod(namespace, name + "-" + i, tls, clients);
            String id = namespace + "/" + pod.name();
            if (!addresses.containsKey(id)) {
                addresses.put(id, address(addresses.size()));
                pods.start(pod, addresses.get(id));
            }
            entries.append(
                    """
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: %s, namespace: %s}
                    spec: {address: %s, labels: %s}
                    """
                            .formatted(
                                    pod.name(),
                                    namespace,
                                    addresses.get(id),
                                    at(spec, "template", "metadata", "labels")
                                            .toString()
                                            .replace("=", ": ")));
        }
    }

    private static String volume(Map<?, ?> spec, String kind, String name) {
        for (Object each : list(at(spec, "template", "spec", "volumes"))) {
            if (each instanceof Map<?, ?> volume && volume.get(kind) instanceof Map<?, ?> of) {
                return String.valueOf(of.get(name));
            }
        }
        throw new AssertionError(spec + ": no volume of a " + kind);
    }

    /// An address of this process alone, by its number.
    private static String address(int number) {
        if (number > 62) {
            throw new AssertionError("more pods than addresses");
        }
        int block = (int) (ProcessHandle.current().pid() & 0x1ffff);
        return "127."
                + (128 + (block >> 10))
                + "."
                + (block >> 2 & 255)
                + "."
                + ((block & 3) << 6 | number + 1);
    }

    private static Object at(Map<?, ?> of, String... path) {
        Object found = of;
        for (String key : path) {
            found = found instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return found == null ? Map.of() : found;
    }

    private static String text(Map<?, ?> of, String... path) {
        return String.valueOf(at(of, path));
    }

    private static Map<?, ?> map(Object of) {
        return of instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(Object of) {
        return of instanceof List<?> list ? list : List.of();
    }

    @Override
    public void close() {
        pods.close();
    }
}
