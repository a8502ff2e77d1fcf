package dev.heddle.compiler.lower.mesh;

import static dev.heddle.compiler.ir.Workload.APP;
import static dev.heddle.compiler.ir.Workload.CLUSTER;
import static dev.heddle.compiler.ir.Workload.NAMESPACE;
import static dev.heddle.compiler.ir.Workload.REVISION;
import static dev.heddle.compiler.ir.Workload.SERVICE;
import static dev.heddle.compiler.ir.Workload.VERSION;
import static dev.heddle.compiler.ir.Workload.WORKLOAD;

import dev.heddle.compiler.ir.Workload;
import java.util.LinkedHashMap;
import java.util.Map;

/// The labels of Istio's metrics, and where each side of a call has their values from. Every label
/// is there in each sample, as with Istio: what is not known is `unknown`.
///
/// The proxy's own workload is what its node says, since outbound listeners are the same for all
/// proxies of a namespace. The called one is what is told of the endpoint, the caller what its
/// proxy says in the header [Workload#HEADER].
final class MetricTags {
    private static final String UNKNOWN = "unknown";

    private MetricTags() {}

    /// @param isCaller which side of the call tells
    /// @param isHttp whether it is a request; else it is a connection
    static Map<String, String> of(boolean isCaller, boolean isHttp) {
        var tags = new LinkedHashMap<String, String>();
        tags.put("reporter", isCaller ? "source" : "destination");
        String source = isCaller ? "UPSTREAM_LOCAL_URI_SAN" : "DOWNSTREAM_PEER_URI_SAN";
        String destination = isCaller ? "UPSTREAM_PEER_URI_SAN" : "DOWNSTREAM_LOCAL_URI_SAN";
        for (Map.Entry<String, String> label : LABELS.entrySet()) {
            tags.put(
                    "source_" + label.getKey(),
                    isCaller
                            ? Workload.own(label.getValue())
                            : isHttp ? peer(label.getValue()) : UNKNOWN);
        }
        tags.put("source_principal", known("\"" + source + "\""));
        for (Map.Entry<String, String> label : LABELS.entrySet()) {
            tags.put(
                    "destination_" + label.getKey(),
                    isCaller ? endpoint(label.getValue()) : Workload.own(label.getValue()));
        }
        tags.put("destination_principal", known("\"" + destination + "\""));
        tags.put("destination_service", known(service("host")));
        tags.put("destination_service_name", known(service("name") + ",\"UPSTREAM_CLUSTER_RAW\""));
        tags.put("destination_service_namespace", known(service("namespace")));
        tags.put("request_protocol", isHttp ? PROTOCOL : "tcp");
        if (isHttp) {
            tags.put("response_code", "%RESPONSE_CODE%");
            tags.put("grpc_response_status", "%GRPC_STATUS_NUMBER%");
        }
        tags.put("response_flags", "%RESPONSE_FLAGS%");
        tags.put("connection_security_policy", isCaller ? UNKNOWN : SECURITY);
        return tags;
    }

    /// What follows `source_` and `destination_`, and what of the workload that is.
    private static final Map<String, String> LABELS = new LinkedHashMap<>();

    static {
        LABELS.put("workload", WORKLOAD);
        LABELS.put("workload_namespace", NAMESPACE);
        LABELS.put("app", APP);
        LABELS.put("version", VERSION);
        LABELS.put("canonical_service", SERVICE);
        LABELS.put("canonical_revision", REVISION);
        LABELS.put("cluster", CLUSTER);
    }

    private static final String PROTOCOL =
            "%CEL('content-type' in request.headers &&"
                    + " request.headers['content-type'].startsWith('application/grpc')"
                    + " ? 'grpc' : 'http')%";

    private static final String SECURITY = "%CEL(connection.mtls ? 'mutual_tls' : 'none')%";

    private static String peer(String key) {
        return known(
                "{\"command\":\"DYNAMIC_METADATA\",\"param\":\""
                        + Workload.PEER
                        + ":"
                        + key
                        + "\"}");
    }

    private static String endpoint(String key) {
        return known(
                "{\"command\":\"METADATA\",\"param\":\"UPSTREAM_HOST:"
                        + Workload.NAMESPACE_OF_METADATA
                        + ":"
                        + key
                        + "\"}");
    }

    /// As Istio's metadata of clusters has it.
    private static String service(String field) {
        return "{\"command\":\"CEL\",\"param\":\"xds.cluster_metadata.filter_metadata['istio']"
                + "['services'][0]['"
                + field
                + "']\"}";
    }

    private static String known(String operators) {
        return "%COALESCE({\"operators\":["
                + operators
                + ",{\"command\":\"CEL\",\"param\":\"'unknown'\"}]})%";
    }
}
