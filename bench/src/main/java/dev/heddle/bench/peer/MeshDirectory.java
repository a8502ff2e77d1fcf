package dev.heddle.bench.peer;

import dev.heddle.bench.system.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

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
    public static String gatewayBootstrap(int port, int admin, int xds) {
        return """
        node:
          id: router~127.0.0.1~gateway.default~default.svc.cluster.local
          cluster: gateway.default
          metadata:
            NAMESPACE: default
            LABELS: {istio: ingressgateway}
            INTERCEPTION_MODE: NONE
            HEDDLE: {binds: {"8080": "127.0.0.1:%d"}}
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
                        port, admin, "envoy.extensions.upstreams.http.v3.HttpProtocolOptions", xds);
    }
}
