package dev.heddle.signals.record;

/// One end of a call. What is not known is empty.
///
/// @param workload as in `reviews-v1`
/// @param namespace of the workload, or of the service where only that is known
/// @param service of a caller its canonical name, of a callee its host, as in
///   `reviews.default.svc.cluster.local`
/// @param version as the label `version` says
public record Party(String workload, String namespace, String service, String version) {
    /// Nobody that is known.
    public static final Party UNKNOWN = new Party("", "", "", "");

    private static final String SAID_UNKNOWN = "unknown";

    public Party {
        workload = known(workload);
        namespace = known(namespace);
        service = known(service);
        version = known(version);
    }

    private static String known(String text) {
        return text.equals(SAID_UNKNOWN) ? "" : text;
    }

    /// The same, with what is not known here taken from there.
    public Party or(Party other) {
        return new Party(
                workload.isEmpty() ? other.workload : workload,
                namespace.isEmpty() ? other.namespace : namespace,
                service.isEmpty() ? other.service : service,
                version.isEmpty() ? other.version : version);
    }

    /// The workload and its namespace, as in `reviews-v1.default`; empty where the workload is not
    /// known.
    public String name() {
        return workload.isEmpty() || namespace.isEmpty() ? workload : workload + "." + namespace;
    }
}
