package dev.heddle.bench.control;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.SourceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A mesh of many services, each with a workload, a VirtualService and a DestinationRule, one file
/// each.
///
/// @param services how many
/// @param namespaces that they are spread over evenly
record MeshTexts(int services, int namespaces) {

    /// The mesh at its first moment.
    SourceState first() {
        SortedMap<String, ConfigFile> files = new TreeMap<>();
        for (int i = 0; i < services; i++) {
            put(files, "service-%d.yaml".formatted(i), service(i, 0));
            put(files, "rule-%d.yaml".formatted(i), rule(i, 0));
            put(files, "policy-%d.yaml".formatted(i), policy(i, 0));
        }
        return new SourceState(files, List.of());
    }

    /// That state with one VirtualService in other words.
    SourceState withRule(SourceState state, int index, int number) {
        return with(state, "rule-%d.yaml".formatted(index), rule(index, number));
    }

    /// That state with one workload at another port.
    SourceState withEndpoint(SourceState state, int index, int number) {
        return with(state, "service-%d.yaml".formatted(index), service(index, number));
    }

    /// That state with one DestinationRule of another limit.
    SourceState withPolicy(SourceState state, int index, int number) {
        return with(state, "policy-%d.yaml".formatted(index), policy(index, number));
    }

    private static SourceState with(SourceState state, String file, String text) {
        SortedMap<String, ConfigFile> files = new TreeMap<>(state.files());
        put(files, file, text);
        return new SourceState(files, List.of());
    }

    private static void put(SortedMap<String, ConfigFile> files, String name, String text) {
        ConfigReader.Reading reading = ConfigReader.RESOURCES.read(name, text);
        files.put(
                name,
                new ConfigFile(name, Instant.EPOCH, text, reading.resources(), reading.findings()));
    }

    /// A sidecar of each service's workload: no two are alike.
    List<ProxyScope> scopes() {
        var scopes = new ArrayList<ProxyScope>();
        for (int i = 0; i < services; i++) {
            scopes.add(
                    new ProxyScope(
                            Role.SIDECAR,
                            namespace(i),
                            Map.of("app", name(i)),
                            namespace(i) + ".svc.cluster.local",
                            "Kubernetes",
                            new Interception.Redirect()));
        }
        return scopes;
    }

    private String namespace(int index) {
        return "ns-" + index % namespaces;
    }

    private static String name(int index) {
        return "svc-" + index;
    }

    private String service(int index, int number) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          clusterIP: 10.%3$d.%4$d.1
          ports: [{name: http, port: 80, targetPort: 8080}]
          selector: {app: %1$s}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          address: 127.0.0.1
          ports: {http: %5$d}
          labels: {app: %1$s, version: v1}
        """
                .formatted(
                        name(index),
                        namespace(index),
                        index / 256,
                        index % 256,
                        10_000 + (index + number) % 20_000);
    }

    private String rule(int index, int number) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          hosts: [%1$s]
          http:
          - name: api
            match: [{uri: {prefix: /api/}, headers: {x-user: {exact: anna}}}]
            retries: {attempts: 3, perTryTimeout: 2s}
            route: [{destination: {host: %1$s, subset: v1}}]
          - name: rest
            timeout: 5s
            route:
            - destination: {host: %1$s}
              headers: {response: {set: {x-change: "%3$d"}}}
        """
                .formatted(name(index), namespace(index), number);
    }

    private String policy(int index, int number) {
        return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          host: %1$s
          trafficPolicy: {connectionPool: {tcp: {maxConnections: %3$d}}}
          subsets: [{name: v1, labels: {version: v1}}]
        """
                .formatted(name(index), namespace(index), 100 + number);
    }
}
