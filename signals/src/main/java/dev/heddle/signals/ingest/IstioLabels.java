package dev.heddle.signals.ingest;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the labels of Istio's standard metrics say of a call.
public final class IstioLabels {
    /// All that are read.
    public static final List<String> NAMES =
            List.of(
                    "reporter",
                    "source_workload",
                    "source_workload_namespace",
                    "source_canonical_service",
                    "source_app",
                    "source_version",
                    "source_canonical_revision",
                    "destination_workload",
                    "destination_workload_namespace",
                    "destination_service",
                    "destination_service_namespace",
                    "destination_version",
                    "destination_canonical_revision",
                    "request_protocol",
                    "route_name",
                    "connection_security_policy",
                    "response_code",
                    "grpc_response_status",
                    "response_flags");

    private IstioLabels() {}

    /// The series that has these labels.
    ///
    /// @param sender its node, or its address
    /// @param name of the metric, as Istio has it
    public static MetricPoint.Series series(
            String sender, String name, Map<String, String> labels) {
        return series(sender, name, new Attributes(labels));
    }

    static MetricPoint.Series series(String sender, String name, Attributes said) {
        String protocol = said.first("request_protocol").toLowerCase(Locale.ROOT);
        String grpc = said.first("grpc_response_status");
        return new MetricPoint.Series(
                sender,
                name,
                new Edge(
                        Side.of(said.first("reporter")),
                        new Party(
                                said.first("source_workload"),
                                said.first("source_workload_namespace"),
                                said.first("source_canonical_service", "source_app"),
                                said.first("source_version", "source_canonical_revision")),
                        new Party(
                                said.first("destination_workload"),
                                destinationNamespace(said),
                                said.first("destination_service"),
                                said.first(
                                        "destination_version", "destination_canonical_revision")),
                        name.startsWith("istio_tcp_") ? "tcp" : protocol,
                        said.first("route_name"),
                        Secure.of(said.first("connection_security_policy"))),
                Math.min(Texts.whole(said.first("response_code")), 999),
                grpc.matches("[0-9]{1,2}") ? Integer.parseInt(grpc) : -1,
                Flags.of(said.first("response_flags")));
    }

    /// Of a call that reached nobody only the service's is known.
    private static String destinationNamespace(Attributes said) {
        String workload = said.first("destination_workload_namespace");
        return workload.isEmpty() || workload.equals("unknown")
                ? said.first("destination_service_namespace")
                : workload;
    }
}
