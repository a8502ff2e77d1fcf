package dev.heddle.signals.ingest;

import dev.heddle.signals.record.Party;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.server.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who tells.
///
/// @param node its id; empty where it said none
/// @param own what it is itself
/// @param name by which its series are told from others': its id, or where it calls from
/// @param proven the namespace that its certificate names; empty where it has shown none
/// @param sendsMetrics whether its process sends metrics, too, as its bootstrap has it
record Sender(String node, Party own, String name, Optional<String> proven, boolean sendsMetrics) {
    /// What a node says that sends metrics.
    private static final String SENDS_METRICS = "HEDDLE_METRICS";

    private static final String CANONICAL_REVISION = "service.istio.io/canonical-revision";

    /// The proxy that says to be that node, and may be it.
    static Sender of(NodeInfo node, Caller caller) {
        Optional<String> proven = namespace(caller);
        Map<String, String> labels = node.texts("LABELS");
        List<String> id = List.of(node.id().split("~", -1));
        String workload = id.size() == 4 ? id.get(2) : "";
        int dot = workload.lastIndexOf('.');
        String idNamespace = dot < 0 ? "" : workload.substring(dot + 1);
        String namespace = proven.or(() -> node.text("NAMESPACE")).orElse(idNamespace);
        var own =
                new Party(
                        Texts.cut(node.workload()),
                        Texts.cut(namespace),
                        Texts.cut(node.service()),
                        Texts.cut(
                                labels.getOrDefault(
                                        CANONICAL_REVISION, labels.getOrDefault("version", ""))));
        return new Sender(
                Texts.cut(node.id()),
                own,
                node.id(),
                proven,
                node.text(SENDS_METRICS).filter("true"::equals).isPresent());
    }

    /// The namespace that a caller has proved to be of.
    static Optional<String> namespace(Caller caller) {
        return caller.peer().proven().flatMap(SpiffeId::account).map(SpiffeId.Account::namespace);
    }

    /// The host of the service that it is one of, as far as that can be guessed; empty otherwise.
    String host() {
        return own.service().isEmpty() || own.namespace().isEmpty()
                ? own.service()
                : own.service() + "." + own.namespace() + ".svc.cluster.local";
    }
}
