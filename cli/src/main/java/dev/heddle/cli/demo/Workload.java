package dev.heddle.cli.demo;

/// One workload of the demo: an application and its sidecar, two processes.
///
/// @param service as in `reviews`
/// @param version as in `v2`
/// @param ports where the two listen
public record Workload(String service, String version, Ports ports) {
    /// The port that the service is known by in the mesh.
    public static final int SERVICE_PORT = 9080;

    /// Four ports in a row, all on the loopback interface.
    ///
    /// @param admin the sidecar's admin port
    /// @param httpProxy what the application's `HTTP_PROXY` names
    /// @param inbound where the sidecar takes requests for the application
    /// @param application where the application itself listens
    public record Ports(int admin, int httpProxy, int inbound, int application) {
        /// Four ports from the given one on.
        public static Ports from(int first) {
            return new Ports(first, first + 1, first + 2, first + 3);
        }
    }

    /// As in `reviews-v2`.
    public String name() {
        return service + "-" + version;
    }

    /// The service account that it runs as, in Istio's words.
    public String account() {
        return "bookinfo-" + service;
    }

    /// The WorkloadEntry that tells the mesh about this workload.
    public String workloadEntry() {
        return """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata:
          name: %s
        spec:
          address: 127.0.0.1
          ports:
            http: %d
          labels:
            app: %s
            version: %s
            security.istio.io/tlsMode: istio
          serviceAccount: %s
        """
                .formatted(name(), ports.inbound(), service, version, account());
    }
}
