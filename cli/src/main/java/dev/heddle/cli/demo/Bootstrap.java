package dev.heddle.cli.demo;

import java.util.Map;
import java.util.stream.Collectors;

/// The Envoy v3 bootstrap of a proxy that gets everything else from the control plane: over one
/// aggregated stream, in deltas. Heddle's proxy and Envoy read the same text.
///
/// @param id Istio's node id: `TYPE~ADDRESS~NAME.NAMESPACE~DOMAIN`
/// @param cluster Istio's node cluster: `APP.NAMESPACE`
/// @param labels of the workload
/// @param interception YAML of the node metadata's field `HEDDLE`: where listeners really are
/// @param identity directory with the certificate of the mesh; empty for none
/// @param adminPort of the loopback interface
/// @param xdsPort of the control plane, on the loopback interface
public record Bootstrap(
        String id,
        String cluster,
        String namespace,
        Map<String, String> labels,
        String interception,
        String identity,
        int adminPort,
        int xdsPort) {

    /// Of a proxy without an identity.
    public Bootstrap(
            String id,
            String cluster,
            String namespace,
            Map<String, String> labels,
            String interception,
            int adminPort,
            int xdsPort) {
        this(id, cluster, namespace, labels, interception, "", adminPort, xdsPort);
    }

    /// The same with an identity.
    ///
    /// @param directory of its certificate
    public Bootstrap identified(String directory) {
        return new Bootstrap(
                id, cluster, namespace, labels, interception, directory, adminPort, xdsPort);
    }

    public Bootstrap {
        labels = Map.copyOf(labels);
    }

    /// Of the sidecar beside a workload of the namespace `default`.
    public static Bootstrap sidecar(Workload workload, int xdsPort) {
        var ports = workload.ports();
        return new Bootstrap(
                "sidecar~127.0.0.1~%s.default~default.svc.cluster.local".formatted(workload.name()),
                workload.service() + ".default",
                "default",
                Map.of("app", workload.service(), "version", workload.version()),
                """
                {httpProxy: "127.0.0.1:%d", inbound: \
                [{port: %d, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}]}\
                """
                        .formatted(
                                ports.httpProxy(),
                                Workload.SERVICE_PORT,
                                ports.inbound(),
                                ports.application()),
                ports.admin(),
                xdsPort);
    }

    /// Of the ingress gateway, which binds the Gateway port 8080 to the demo's own.
    public static Bootstrap gateway(DemoPlan plan) {
        return new Bootstrap(
                "router~127.0.0.1~istio-ingressgateway.istio-system"
                        + "~istio-system.svc.cluster.local",
                "istio-ingressgateway.istio-system",
                "istio-system",
                Map.of("app", "istio-ingressgateway", "istio", "ingressgateway"),
                "{binds: {\"8080\": \"127.0.0.1:%d\"}}".formatted(plan.gatewayPort()),
                plan.gatewayAdmin(),
                plan.xdsPort());
    }

    /// As metrics call it: the name in the id.
    private String workload() {
        String[] parts = id.split("~", -1);
        String name = parts.length > 2 ? parts[2] : id;
        int dot = name.lastIndexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /// The bootstrap as YAML.
    public String text() {
        String labelText =
                labels.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(label -> "%s: \"%s\"".formatted(label.getKey(), label.getValue()))
                        .collect(Collectors.joining(", "));
        return """
        node:
          id: %s
          cluster: %s
          metadata:
            WORKLOAD_NAME: "%s"
            NAMESPACE: %s
            CLUSTER_ID: Kubernetes
            LABELS: {%s}
            INTERCEPTION_MODE: NONE
            HEDDLE: %s
            HEDDLE_IDENTITY: "%s"
        stats_flush_interval: 2s
        admin:
          address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        dynamic_resources:
          ads_config:
            api_type: DELTA_GRPC
            transport_api_version: V3
            grpc_services:
              - envoy_grpc:
                  cluster_name: xds-grpc
                  retry_policy: {retry_back_off: {base_interval: 0.2s, max_interval: 2s}}
          cds_config: {ads: {}, resource_api_version: V3}
          lds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
            - name: xds-grpc
              type: STATIC
              connect_timeout: 1s
              typed_extension_protocol_options:
                envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                  "@type": "type.googleapis.com/\
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
                  explicit_http_config:
                    http2_protocol_options:
                      connection_keepalive: {interval: 10s, timeout: 5s}
              load_assignment:
                cluster_name: xds-grpc
                endpoints:
                  - lb_endpoints:
                      - endpoint:
                          address:
                            socket_address: {address: 127.0.0.1, port_value: %d}
        """
                .formatted(
                        id,
                        cluster,
                        workload(),
                        namespace,
                        labelText,
                        interception,
                        identity,
                        adminPort,
                        xdsPort);
    }
}
