package dev.heddle.signals.golden;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Party;
import java.util.function.Predicate;

/// Which calls are looked at, and by what they are grouped. A text that is empty does not narrow
/// it.
///
/// @param service the host of the service that is called, or the first word of it
/// @param workload that answered
/// @param namespace of the service or workload that is called
/// @param route the name of the route that was chosen
/// @param seen whether somebody may see what is of a namespace; of a call one of its ends is enough
public record Selector(
        Dimension by,
        String service,
        String workload,
        String namespace,
        String route,
        Predicate<String> seen) {

    /// All that there is.
    public static Selector all(Dimension by) {
        return new Selector(by, "", "", "", "", _ -> true);
    }

    /// Whether calls of an edge count, or whether they say if others do.
    boolean isAbout(Edge edge) {
        Party to = edge.destination();
        return isOne(service, to.service())
                && (workload.isEmpty() || workload.equals(to.workload()));
    }

    boolean takes(Edge edge) {
        Party to = edge.destination();
        return isOne(service, to.service())
                && (workload.isEmpty() || workload.equals(to.workload()))
                && (namespace.isEmpty() || namespace.equals(to.namespace()))
                && (route.isEmpty() || route.equals(edge.route()))
                && sees(seen, edge);
    }

    private static boolean isOne(String wanted, String host) {
        return wanted.isEmpty() || host.equals(wanted) || host.startsWith(wanted + ".");
    }

    /// Whether somebody may see an edge: what is of no namespace that is known is for those who see
    /// all.
    static boolean sees(Predicate<String> seen, Edge edge) {
        return seen.test(edge.source().namespace()) || seen.test(edge.destination().namespace());
    }
}
