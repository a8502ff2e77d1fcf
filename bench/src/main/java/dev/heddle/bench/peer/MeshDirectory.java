package dev.heddle.bench.peer;

import dev.heddle.bench.system.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/// The configuration that the rows about the control plane watch: many services, one gateway, and
/// the files that change.
///
/// @param directory that the control plane watches
/// @param origin the port of every workload
public record MeshDirectory(Path directory, int origin) {
    /// The host name whose route changes.
    public static final String HOST = "change.bench";

    /// The response header whose value says which change is in effect.
    public static final String HEADER = "x-change";

    /// The gateway's ports, as the configuration has them.
    static final int PLAIN_PORT = 8080;

    static final int SECURED_PORT = 8443;

    /// The only host in cleartext of a sidecar's mesh.
    public static final String PLAIN_HOST = "plain.bench";

    /// The name of a host of a sidecar's mesh.
    public static String host(int index) {
        return "svc-" + index + ".bench";
    }

    /// The prefix that a route of a sidecar's mesh matches.
    public static String prefix(int index) {
        return "/r/" + index + "/";
    }

    /// The mesh of a sidecar: so many hosts by TLS, each with a cluster and some routes, and one
    /// route in cleartext.
    ///
    /// @param certificates where [Certificates] made them
    public void writeSidecar(int hosts, int routesPerHost, Path certificates) {
        for (int i = 0; i < hosts; i++) {
            service(i, origin);
            var routes = new StringBuilder();
            for (int k = 0; k < routesPerHost; k++) {
                routes.append(
                        """
                          - match: [{uri: {prefix: %s}}]
                            route: [{destination: {host: svc-%d, port: {number: 9080}}}]
                        """
                                .formatted(prefix(k), i));
            }
            write(
                    "routes-%d.yaml".formatted(i),
                    """
                    apiVersion: networking.istio.io/v1
                    kind: VirtualService
                    metadata: {name: svc-%d, namespace: default}
                    spec:
                      hosts: [%s]
                      gateways: [secured]
                      http:
                    %s\
                    """
                            .formatted(i, host(i), routes));
        }
        write(
                "doors.yaml",
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: secured, namespace: default}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - port: {number: %d, name: https, protocol: HTTPS}
                    hosts: ["*"]
                    tls: {mode: SIMPLE, credentialName: door}
                ---
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: plain, namespace: default}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - port: {number: %d, name: http, protocol: HTTP}
                    hosts: [%s]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: plain, namespace: default}
                spec:
                  hosts: [%s]
                  gateways: [plain]
                  http:
                  - route: [{destination: {host: svc-0, port: {number: 9080}}}]
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: door, namespace: default}
                type: kubernetes.io/tls
                data: {tls.crt: %s, tls.key: %s}
                """
                        .formatted(
                                SECURED_PORT,
                                PLAIN_PORT,
                                PLAIN_HOST,
                                PLAIN_HOST,
                                base64(certificates.resolve("server.pem")),
                                base64(certificates.resolve("server.key"))));
    }

    private static String base64(Path file) {
        try {
            return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new BenchException("cannot read " + file, e);
        }
    }

    /// The first state: the services, a workload each, and change 0.
    public void writeAll(int services) {
        for (int i = 0; i < services; i++) {
            service(i, 9080);
        }
        write(
                "gateway.yaml",
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: door, namespace: default}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - port: {number: 8080, name: http, protocol: HTTP}
                    hosts: ["*"]
                """);
        change(0);
    }

    /// Makes a change that the gateway's next answers show.
    public void change(int number) {
        write(
                "change.yaml",
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: change, namespace: default}
                spec:
                  hosts: [%s]
                  gateways: [door]
                  http:
                  - route:
                    - destination: {host: svc-0, port: {number: 9080}}
                      headers: {response: {set: {%s: "%d"}}}
                """
                        .formatted(HOST, HEADER, number));
    }

    /// Writes a service and its workload.
    ///
    /// @param label an arbitrary number whose change is a change of the workload's address
    public void service(int index, int label) {
        write(
                "svc-%d.yaml".formatted(index),
                """
                apiVersion: v1
                kind: Service
                metadata: {name: svc-%1$d, namespace: default}
                spec:
                  ports: [{name: http, port: 9080}]
                  selector: {app: svc-%1$d}
                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: svc-%1$d, namespace: default}
                spec:
                  address: 127.0.0.1
                  ports: {http: %2$d}
                  labels: {app: svc-%1$d}
                """
                        .formatted(index, index == 0 ? origin : label));
    }

    /// Replaces a file in one step, so that nobody reads half of it.
    private void write(String name, String text) {
        try {
            Path fresh = Files.writeString(directory.resolve("." + name + ".new"), text);
            Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BenchException("cannot write to " + directory, e);
        }
    }

    /// The bootstrap of the gateway's proxy, Heddle or Envoy.
    ///
    /// @param ports where it listens, by the ports of the configuration
    public static String gatewayBootstrap(Map<Integer, Integer> ports, int admin, int xds) {
        String binds =
                ports.entrySet().stream()
                        .map(it -> "\"%d\": \"127.0.0.1:%d\"".formatted(it.getKey(), it.getValue()))
                        .collect(Collectors.joining(", "));
        return """
        node:
          id: router~127.0.0.1~gateway.default~default.svc.cluster.local
          cluster: gateway.default
          metadata:
            NAMESPACE: default
            LABELS: {istio: ingressgateway}
            INTERCEPTION_MODE: NONE
            HEDDLE: {binds: {%s}}
        admin:
          address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        dynamic_resources:
          ads_config:
            api_type: DELTA_GRPC
            transport_api_version: V3
            grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]
          cds_config: {ads: {}, resource_api_version: V3}
          lds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
          - name: xds-grpc
            type: STATIC
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/%s
                explicit_http_config: {http2_protocol_options: {}}
            load_assignment:
              cluster_name: xds-grpc
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(
                        binds,
                        admin,
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                        xds);
    }
}
