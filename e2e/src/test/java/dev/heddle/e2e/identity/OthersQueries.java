package dev.heddle.e2e.identity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What other tools ask a Prometheus, in their shapes: Flagger's built-in metrics, Kiali's graph
/// and its badges, and the panels of Istio's own dashboards.
///
/// Not here, because the mesh has nothing of the kind: gRPC messages
/// (`istio_request_messages_total` and its brother are not counted), `container_*` of Kubernetes
/// and `go_*` of Istio's processes, `pilot_k8s_*`, `galley_*`, `sidecar_injection_*`, ztunnel's,
/// `workload_manager_*`, `envoy_cluster_upstream_cx_active{cluster_name="xds-grpc"}`, which only
/// proxies with that cluster have.
final class OthersQueries {
    private static final String BANK =
            "reporter=\"destination\",destination_workload_namespace=\"default\","
                    + "destination_workload=~\"bank\"";
    private static final String GRAPH =
            "source_cluster,source_workload_namespace,source_workload,source_canonical_service,"
                    + "source_canonical_revision,destination_cluster,destination_service_namespace,"
                    + "destination_service,destination_service_name,destination_workload_namespace,"
                    + "destination_workload,destination_canonical_service,"
                    + "destination_canonical_revision,request_protocol,response_code,"
                    + "grpc_response_status,response_flags";
    private static final String SEEN = "reporter=~\"source|waypoint\"";
    private static final String BUCKETS = "istio_request_duration_milliseconds_bucket";

    private OthersQueries() {}

    static Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        all.put("flagger success", flaggersSuccessRate());
        all.put("flagger latency", flaggersLatency());
        all.put("kiali outgoing", kialisGraph("source"));
        all.put("kiali incoming", kialisGraph("destination"));
        all.put("kiali security", kialisSecurity());
        all.put("kiali response time", kialisResponseTime());
        all.put("kiali throughput", kialisThroughput());
        all.put("istio mesh: requests", "round(sum(%s), 0.001)".formatted(requests(SEEN)));
        all.put(
                "istio mesh: success",
                "sum(%s) / sum(%s)"
                        .formatted(requests(SEEN + ",response_code!~\"5..\""), requests(SEEN)));
        for (String codes : List.of("4..", "5..")) {
            all.put(
                    "istio mesh: " + codes,
                    "round(sum(%s), 0.001) or vector(0)"
                            .formatted(requests(SEEN + ",response_code=~\"" + codes + "\"")));
        }
        String workloads = "destination_workload, destination_workload_namespace";
        all.put(
                "istio mesh: workloads",
                joined(
                        "sum(%s) by (%s, destination_service)"
                                .formatted(requests(SEEN), workloads)));
        for (String share : List.of("0.5", "0.9", "0.99")) {
            all.put(
                    "istio mesh: p" + share,
                    joined(
                            "histogram_quantile(%s, sum(rate(%s{%s}[20s])) by (le, %s))"
                                    .formatted(share, BUCKETS, SEEN, workloads)));
        }
        all.put(
                "istio mesh: success by workload",
                joined(
                        "sum(%s) by (%s) / sum(%s) by (%s)"
                                .formatted(
                                        requests(SEEN + ",response_code!~\"5..\""),
                                        workloads,
                                        requests(SEEN),
                                        workloads)));
        service(all);
        bytes(all);
        control(all);
        return all;
    }

    /// The service and the workload dashboard.
    private static void service(Map<String, String> all) {
        String to =
                "reporter=~\"destination\",destination_service=~\"bank.default.svc.cluster.local\"";
        String by = "source_workload, source_workload_namespace, response_code";
        all.put(
                "istio service: success",
                "sum(%s) / sum(%s)"
                        .formatted(requests(to + ",response_code!~\"5.*\""), requests(to)));
        all.put(
                "istio service: by source, with mTLS",
                "round(sum(%s) by (%s), 0.001)"
                        .formatted(
                                requests(
                                        "connection_security_policy=\"mutual_tls\","
                                                + to
                                                + ",source_workload=~\"web\","
                                                + "source_workload_namespace=~\"default\""),
                                by));
        for (String metric :
                List.of(
                        "istio_request_duration_milliseconds",
                        "istio_request_bytes",
                        "istio_response_bytes")) {
            all.put(
                    "istio service: " + metric,
                    "histogram_quantile(0.95, sum(irate(%s_bucket{%s}[20s])) by (source_workload, source_workload_namespace, le))"
                            .formatted(metric, to));
        }
        all.put(
                "istio workload: outbound",
                "round(sum(%s) by (destination_principal, source_workload, response_code), 0.001)"
                        .formatted(
                                requests(
                                        "destination_principal=~\"spiffe.*\",source_workload_namespace=~\"default\","
                                                + "source_workload=~\"web\",reporter=\"source\"")));
        all.put(
                "istio workload: variable",
                "sum(istio_requests_total{reporter=\"destination\"}) by (destination_workload_namespace)");
    }

    /// Panels about connections of bytes, of all three dashboards, and Kiali's.
    private static void bytes(Map<String, String> all) {
        String to = "destination_service=~\"ledger.default.svc.cluster.local\"";
        for (String way : List.of("received", "sent")) {
            String bytes = "istio_tcp_" + way + "_bytes_total";
            all.put(
                    "istio mesh: " + bytes,
                    joined(
                            "sum(rate(%s{%s}[20s])) by (destination_workload, destination_workload_namespace, destination_service)"
                                    .formatted(bytes, SEEN)));
            all.put(
                    "istio service: " + bytes,
                    "sum(irate(%s{reporter=~\"destination\", %s}[20s]))".formatted(bytes, to));
            all.put(
                    "istio workload: incoming " + bytes,
                    "round(sum(irate(%s{connection_security_policy=\"mutual_tls\", reporter=~\"destination\", destination_workload_namespace=~\"default\", destination_workload=~\"ledger\"}[20s])) by (source_principal, source_workload_namespace), 0.001)"
                            .formatted(bytes));
            all.put(
                    "istio workload: outgoing " + bytes,
                    "round(sum(irate(%s{connection_security_policy!=\"mutual_tls\", reporter=\"source\", source_workload_namespace=~\"default\", source_workload=~\"door\"}[20s])) by (destination_service), 0.001)"
                            .formatted(bytes));
        }
        for (String end : List.of("opened", "closed")) {
            all.put(
                    "connections " + end,
                    "sum(rate(istio_tcp_connections_%s_total{%s}[20s])) by (reporter) > 0"
                            .formatted(end, to));
        }
    }

    /// The control plane's.
    private static void control(Map<String, String> all) {
        all.put("istio pilot: build", "sum(istio_build) by (component, tag)");
        all.put("istio pilot: pushes", "sum(irate(pilot_xds_pushes[20s])) by (type)");
        all.put("istio pilot: rejects", "sum(pilot_total_xds_rejects) by (type)");
        all.put("istio pilot: errors", "pilot_total_xds_internal_errors");
        all.put("istio pilot: connections", "sum(pilot_xds)");
        all.put("istio pilot: push time", "sum(rate(pilot_xds_push_time_bucket{}[1m])) by (le)");
        all.put(
                "istio pilot: push size",
                "sum(rate(pilot_xds_config_size_bytes_bucket{}[1m])) by (le)");
        all.put("istio pilot: triggers", "sum(rate(pilot_push_triggers[20s])) by (type)");
        all.put("istio pilot: services", "pilot_services");
        all.put("istio pilot: uptime", "istiod_uptime_seconds");
        all.put(
                "istio pilot: cpu",
                "irate(process_cpu_seconds_total{job=\"heddle-control\"}[20s])");
        all.put("istio pilot: certificates", "rate(citadel_server_csr_count[20s])");
    }

    private static String requests(String selector) {
        return "rate(istio_requests_total{" + selector + "}[20s])";
    }

    private static String joined(String expression) {
        return "label_join(%s, \"destination_workload_var\", \".\", \"destination_workload\","
                        .formatted(expression)
                + " \"destination_workload_namespace\")";
    }

    /// Flagger's built-in `request-success-rate`.
    static String flaggersSuccessRate() {
        return "sum(%s) / sum(%s) * 100"
                .formatted(requests(BANK + ",response_code!~\"5.*\""), requests(BANK));
    }

    /// Flagger's built-in `request-duration`.
    static String flaggersLatency() {
        return "histogram_quantile(0.99, sum(rate(%s{%s}[20s])) by (le))".formatted(BUCKETS, BANK);
    }

    /// The edges of Kiali's graph, as either side tells of them.
    static String kialisGraph(String reporter) {
        return "sum(rate(istio_requests_total{reporter=~\"%1$s|waypoint\",%1$s_workload_namespace=\"default\"} [20s])) by (%2$s) > 0"
                .formatted(reporter, GRAPH);
    }

    /// Kiali's padlocks.
    static String kialisSecurity() {
        String by =
                "source_workload_namespace,source_workload,source_canonical_service,"
                        + "source_canonical_revision,source_principal,destination_service_namespace,"
                        + "destination_service_name,destination_workload_namespace,"
                        + "destination_workload,destination_canonical_service,"
                        + "destination_canonical_revision,destination_principal,"
                        + "connection_security_policy";
        return "(sum(%s) by (%s) > 0) OR (sum(rate(istio_tcp_sent_bytes_total{reporter=\"destination\",source_workload_namespace=\"default\"}[20s])) by (%s) > 0)"
                .formatted(
                        requests("reporter=\"destination\",source_workload_namespace=\"default\""),
                        by,
                        by);
    }

    private static String kialisResponseTime() {
        return "histogram_quantile(0.95, sum(rate(%s{reporter=\"destination\",source_workload_namespace=\"default\"}[20s])) by (le,source_workload,destination_service_name,request_protocol)) > 0"
                .formatted(BUCKETS);
    }

    private static String kialisThroughput() {
        return "sum(rate(istio_response_bytes_sum{reporter=\"source\",source_workload_namespace=\"default\"}[20s])) by (source_workload,destination_service_name,destination_workload) > 0";
    }
}
