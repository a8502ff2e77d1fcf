package dev.heddle.signals.golden;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.rollup.Tally;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Who calls whom, as it was seen.
///
/// @param nodes by their ids
/// @param edges the busiest first
public record ServiceGraph(List<Node> nodes, List<Arrow> edges) {
    public ServiceGraph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /// A workload; a service of which no workload is known; or `unknown`.
    ///
    /// @param id unique in the graph, as in `workload/default/reviews-v1`
    public record Node(String id, Party party) {}

    /// Calls from one node to another.
    ///
    /// @param from a node's id, as is `to`
    public record Arrow(String from, String to, GoldenSignals signals) {}

    /// The graph of what was added up.
    ///
    /// @param seconds over which
    /// @param seen whether somebody may see what is of a namespace
    public static ServiceGraph of(Map<Edge, Tally> all, Predicate<String> seen, double seconds) {
        var selector = new Selector(Dimension.EDGE, "", "", "", "", seen);
        var nodes = new LinkedHashMap<String, Node>();
        var arrows = new ArrayList<Arrow>();
        for (GoldenSignals signals : Goldens.of(all, selector, seconds)) {
            Node from = node(signals.group().source());
            Node to = node(signals.group().destination());
            nodes.merge(from.id(), from, ServiceGraph::fuller);
            nodes.merge(to.id(), to, ServiceGraph::fuller);
            arrows.add(new Arrow(from.id(), to.id(), signals));
        }
        return new ServiceGraph(
                nodes.values().stream().sorted(Comparator.comparing(Node::id)).toList(), arrows);
    }

    private static Node fuller(Node one, Node other) {
        return new Node(one.id(), one.party().or(other.party()));
    }

    private static Node node(Party party) {
        String namespace = party.namespace().isEmpty() ? "_" : party.namespace();
        if (!party.workload().isEmpty()) {
            return new Node("workload/" + namespace + "/" + party.workload(), party);
        }
        return party.service().isEmpty()
                ? new Node("unknown/" + namespace, party)
                : new Node("service/" + namespace + "/" + party.service(), party);
    }
}
