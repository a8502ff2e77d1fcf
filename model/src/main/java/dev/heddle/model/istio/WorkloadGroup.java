package dev.heddle.model.istio;

import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the workloads that register themselves have in common.
///
/// @param metadata that their WorkloadEntry has
/// @param template of their WorkloadEntry, as far as it says nothing itself
/// @param probe whether they are ready
public record WorkloadGroup(
        ObjectMeta metadata, @Required WorkloadEntry template, Optional<ReadinessProbe> probe) {

    /// Metadata of the WorkloadEntry resources that are made.
    public record ObjectMeta(Map<String, String> labels, Map<String, String> annotations) {
        public ObjectMeta {
            labels = Ordered.copyOf(labels);
            annotations = Ordered.copyOf(annotations);
        }
    }

    /// How to find out whether a workload is ready. Units are seconds; 0 means Kubernetes' default.
    public record ReadinessProbe(
            int initialDelaySeconds,
            int timeoutSeconds,
            int periodSeconds,
            int successThreshold,
            int failureThreshold,
            @Inline Optional<Action> healthCheckMethod) {}

    /// What a probe does.
    public sealed interface Action {
        /// Asks by HTTP; a status from 200 to 399 is good.
        record Http(HttpHealthCheck httpGet) implements Action {}

        /// Connects.
        record Tcp(TcpHealthCheck tcpSocket) implements Action {}

        /// Runs a command; exit code 0 is good.
        record Command(ExecHealthCheck exec) implements Action {}

        /// Asks by the gRPC health protocol.
        record Grpc(GrpcHealthCheck grpc) implements Action {}
    }

    /// @param host empty means the workload itself
    public record HttpHealthCheck(
            String path,
            @Required int port,
            String host,
            String scheme,
            List<HttpHeader> httpHeaders) {

        public HttpHealthCheck {
            httpHeaders = List.copyOf(httpHeaders);
        }
    }

    /// A header of a probe's request.
    public record HttpHeader(String name, String value) {}

    /// @param host empty means the workload itself
    public record TcpHealthCheck(String host, @Required int port) {}

    /// @param command program and arguments; there is no shell
    public record ExecHealthCheck(@Required List<String> command) {
        public ExecHealthCheck {
            command = List.copyOf(command);
        }
    }

    /// @param service name to ask for; may be empty
    public record GrpcHealthCheck(int port, String service) {}
}
