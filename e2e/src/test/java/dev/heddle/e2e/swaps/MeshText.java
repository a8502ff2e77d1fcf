package dev.heddle.e2e.swaps;

import dev.heddle.e2e.swaps.MeshState.Leads;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The manifests of states.
///
/// @param ports where each workload listens
/// @param certificates text of each certificate and its key
/// @param log file of a line for each request: its id in the ledger, or `-`
record MeshText(Map<String, Integer> ports, Map<String, Pair> certificates, Path log) {
    /// The header of requests and answers that says which state's route they took.
    static final String STATE = "x-state";

    /// The annotation that says which state resources are of.
    static final String ANNOTATION = "swaps/state";

    /// A certificate with its key.
    record Pair(String certificate, String key) {}

    /// One file with the whole mesh.
    String of(MeshState state) {
        var text = new StringBuilder();
        text.append(fixed());
        text.append(service("shop", "http", 9080));
        text.append(service("talk", "grpc", 7070));
        text.append(service("wire", "tcp", 7000));
        MeshState.WIRES.forEach(wire -> text.append(service(wire, "tcp", 7000)));
        for (String workload : state.workloads()) {
            text.append(workload(workload, "http"));
        }
        for (String extra : state.extras()) {
            text.append(service(extra, "http", 9080)).append(workload(extra, "http"));
        }
        text.append(workload("talk/v1", "grpc")).append(workload("talk/v2", "grpc"));
        text.append(workload("wire/v1", "tcp"));
        MeshState.WIRES.forEach(wire -> text.append(workload(wire, "tcp")));
        text.append(destinations(state));
        text.append(routes(state, "shop", "shop", "mesh"));
        text.append(routes(state, "shop-edge", "\"*\"", "door"));
        text.append(talk(state, "talk", "talk", "mesh"));
        text.append(talk(state, "talk-edge", "talk.example.com", "door"));
        text.append(wires(state));
        state.serverName().ifPresent(name -> text.append(serverName(name)));
        if (state.isFiltered()) {
            text.append(FILTER);
        }
        text.append(secret(state));
        return text.toString();
    }

    private String fixed() {
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |
            accessLogFile: %s
            accessLogFormat: "%%REQ(%s)%%\\n"
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: door, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - {port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}
          - port: {number: 8443, name: https, protocol: HTTPS}
            hosts: ["*"]
            tls: {mode: SIMPLE, credentialName: shop}
          - {port: {number: 9000, name: tcp-kept, protocol: TCP}, hosts: ["*"]}
          - {port: {number: 9001, name: tcp-swapped, protocol: TCP}, hosts: ["*"]}
        """
                .formatted(log, Ledger.ID);
    }

    private static String service(String name, String port, int number) {
        return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: default}
        spec:
          selector: {app: %1$s}
          ports: [{name: %2$s, port: %3$d}]
        """
                .formatted(name, port, number);
    }

    /// A workload whose name is `APP/VERSION/WHICH`, or less of it.
    private String workload(String name, String port) {
        String[] parts = name.split("/", -1);
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: %s, namespace: default}
        spec:
          address: 127.0.0.1
          ports: {%s: %d}
          labels: {app: %s, version: %s}
        """
                .formatted(
                        name.replace('/', '-'),
                        port,
                        ports.get(name),
                        parts[0],
                        parts.length > 1 ? parts[1] : "v1");
    }

    private static String destinations(MeshState state) {
        String subsets =
                state.subsets().stream()
                        .map(it -> "  - {name: %1$s, labels: {version: %1$s}}\n".formatted(it))
                        .collect(Collectors.joining());
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: shop, namespace: default}
        spec:
          host: shop
          trafficPolicy:
            loadBalancer: {simple: %1$s}
            connectionPool: {http: {maxRequestsPerConnection: %2$d, h2UpgradePolicy: %3$s}}
          subsets:
        %4$s\
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: talk, namespace: default}
        spec:
          host: talk
          trafficPolicy: {loadBalancer: {simple: %1$s}}
          subsets:
          - {name: v1, labels: {version: v1}}
          - {name: v2, labels: {version: v2}}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: wire, namespace: default}
        spec:
          host: wire
          trafficPolicy: {loadBalancer: {simple: %1$s}}
        """
                .formatted(
                        state.balancing(),
                        state.requestsPerConnection(),
                        state.upgrades() ? "UPGRADE" : "DO_NOT_UPGRADE",
                        subsets);
    }

    /// No retries: they would hide what goes wrong.
    private static String routes(MeshState state, String name, String host, String gateway) {
        var text = new StringBuilder();
        text.append(virtualService(state, name, host, gateway));
        state.paths()
                .forEach((path, leads) -> {
                    text.append("  - match: [{uri: {exact: %s}}]\n".formatted(path));
                    switch (leads) {
                        case Leads.Own _ ->
                                text.append(
                                        """
                                            directResponse: {status: 200, body: {string: own}}
                                            headers: {response: {set: {%s: "%d"}}}
                                        """
                                                .formatted(STATE, state.number()));
                        case Leads.Split(var weights) -> {
                            text.append(marked(state));
                            weights.forEach((to, weight) -> text.append(destination(to, weight)));
                        }
                    }
                });
        return text.toString();
    }

    private static String destination(String to, int weight) {
        String where = to.startsWith("extra-") ? to : "shop, subset: " + to;
        return "    - {destination: {host: %s}, weight: %d}\n".formatted(where, weight);
    }

    private static String talk(MeshState state, String name, String host, String gateway) {
        List<String> versions = state.number() % 2 == 0 ? List.of("v1", "v2") : List.of("v1");
        return virtualService(state, name, host, gateway)
                + "  - name: all\n"
                + marked(state)
                + versions.stream()
                        .map(it ->
                                "    - {destination: {host: talk, subset: %s}, weight: %d}\n"
                                        .formatted(it, 100 / versions.size()))
                        .collect(Collectors.joining());
    }

    private static String virtualService(
            MeshState state, String name, String host, String gateway) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: default, annotations: {%s: "%d"}}
        spec:
          hosts: [%s]
          gateways: [%s]
          http:
        """
                .formatted(name, ANNOTATION, state.number(), host, gateway);
    }

    private static String marked(MeshState state) {
        return """
            retries: {attempts: 0}
            headers: {request: {set: {%1$s: "%2$d"}}, response: {set: {%1$s: "%2$d"}}}
            route:
        """
                .formatted(STATE, state.number());
    }

    private static String wires(MeshState state) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: wires, namespace: default}
        spec:
          hosts: ["*"]
          gateways: [door]
          tcp:
          - match: [{port: 9000}]
            route: [{destination: {host: wire, port: {number: 7000}}}]
          - match: [{port: 9001}]
            route: [{destination: {host: %s, port: {number: 7000}}}]
        """
                .formatted(state.wire());
    }

    private static String serverName(String name) {
        return """
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: EnvoyFilter
        metadata: {name: server-name, namespace: istio-system}
        spec:
          configPatches:
          - applyTo: NETWORK_FILTER
            match:
              context: ANY
              listener:
                filterChain:
                  filter: {name: envoy.filters.network.http_connection_manager}
            patch:
              operation: MERGE
              value:
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.\
        http_connection_manager.v3.HttpConnectionManager
                  server_name: %s
                  server_header_transformation: APPEND_IF_ABSENT
        """
                .formatted(name);
    }

    private static final String FILTER =
            """
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: filter, namespace: istio-system}
            spec:
              configPatches:
              - applyTo: HTTP_FILTER
                match:
                  context: ANY
                  listener:
                    filterChain:
                      filter:
                        name: envoy.filters.network.http_connection_manager
                        subFilter: {name: envoy.filters.http.router}
                patch:
                  operation: INSERT_BEFORE
                  value:
                    name: swapped
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb
            """;

    private String secret(MeshState state) {
        Pair pair = Optional.ofNullable(certificates.get(state.certificate())).orElseThrow();
        return """
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: shop, namespace: default}
        type: kubernetes.io/tls
        stringData:
          tls.crt: |
        %s
          tls.key: |
        %s
        """
                .formatted(pair.certificate().indent(4), pair.key().indent(4));
    }
}
