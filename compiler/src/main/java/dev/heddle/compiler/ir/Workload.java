package dev.heddle.compiler.ir;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What metrics tell of a workload: seven texts, by the same names wherever they stand.
public final class Workload {
    public static final String WORKLOAD = "workload";
    public static final String NAMESPACE = "namespace";
    public static final String APP = "app";
    public static final String VERSION = "version";

    /// Istio's canonical service.
    public static final String SERVICE = "service";

    /// Istio's canonical revision.
    public static final String REVISION = "revision";

    public static final String CLUSTER = "cluster";

    /// All of them, in the order of [#HEADER].
    public static final List<String> ALL =
            List.of(WORKLOAD, NAMESPACE, APP, VERSION, SERVICE, REVISION, CLUSTER);

    /// By which the proxies of callers say who calls: the texts with semicolons between them. The
    /// proxy of the called takes it away. Anybody may send it, so nothing is allowed because of it.
    public static final String HEADER = "x-heddle-peer";

    /// Where that stands in a request's metadata.
    public static final String PEER = "heddle.peer";

    /// Where the texts stand in an endpoint's metadata.
    public static final String NAMESPACE_OF_METADATA = "heddle";

    private static final String NODE = "xds.node.metadata";
    private static final String UNKNOWN = "unknown";
    private static final Map<String, String> NAMES =
            Map.of(WORKLOAD, "WORKLOAD_NAME", NAMESPACE, "NAMESPACE", CLUSTER, "CLUSTER_ID");

    /// Labels that say it, the first that is there counting, as with Istio.
    private static final Map<String, List<String>> LABELS =
            Map.of(
                    WORKLOAD, List.of("service.istio.io/workload-name"),
                    APP, List.of("app"),
                    VERSION, List.of("version"),
                    SERVICE,
                            List.of(
                                    "service.istio.io/canonical-name",
                                    "app.kubernetes.io/name",
                                    "app"),
                    REVISION,
                            List.of(
                                    "service.istio.io/canonical-revision",
                                    "app.kubernetes.io/version",
                                    "version"));

    private Workload() {}

    /// The proxy's own workload, as its node says it, in the words of access logs.
    ///
    /// @param key one of [#ALL]
    public static String own(String key) {
        String name = NAMES.get(key);
        if (name != null) {
            return "%%CEL('%s' in %s ? %s['%s'] : 'unknown')%%".formatted(name, NODE, NODE, name);
        }
        String labels = NODE + "['LABELS']";
        var expression = new StringBuilder();
        for (String label : LABELS.getOrDefault(key, List.of())) {
            expression.append("'%s' in %s ? %s['%s'] : ".formatted(label, labels, labels, label));
        }
        return "%CEL("
                + expression
                + (key.equals(REVISION) ? "'latest'" : "'" + UNKNOWN + "'")
                + ")%";
    }

    /// The value of [#HEADER].
    public static String header() {
        return ALL.stream().map(Workload::own).collect(Collectors.joining(";"));
    }

    /// What is told of an endpoint, as far as it is known.
    ///
    /// @param namespace of its service
    /// @param cluster that it is in
    public static Map<String, String> of(
            Map<String, String> labels, String namespace, String cluster) {
        var told = new LinkedHashMap<String, String>();
        for (String key : ALL) {
            String value =
                    switch (key) {
                        case NAMESPACE -> namespace;
                        case CLUSTER -> cluster;
                        default ->
                                LABELS.getOrDefault(key, List.of()).stream()
                                        .map(label -> labels.getOrDefault(label, ""))
                                        .filter(it -> !it.isEmpty())
                                        .findFirst()
                                        .orElse(key.equals(REVISION) ? "latest" : "");
                    };
            if (!value.isEmpty()) {
                told.put(key, value);
            }
        }
        return told;
    }
}
