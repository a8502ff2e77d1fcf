package dev.heddle.signals.golden;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.rollup.Tally;
import dev.heddle.xds.Confined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Groups what calls add up to. A call of which both ends tell counts once:
///
/// - by service, edge and route the caller's word is taken. What the other end tells counts where
///   no proxy tells of calls of that workload to that service from their source; and of callers
///   that it cannot name, where no proxy tells of any calls to that service from their source.
/// - by workload and version the word of the workload that answered is taken, and the callers'
///   where it says nothing.
public final class Goldens {
    private Goldens() {}

    /// What is added up of a group.
    @Confined("caller")
    private static final class Sum {
        private final Tally tally = new Tally();
        private long secure;
        private long plain;

        /// A caller's proxy counts calls and does not say how they went, so whoever says it is
        /// asked for the share.
        void secured(Edge edge, Tally more) {
            secure += edge.secure() == Secure.YES ? more.requests() : 0;
            plain += edge.secure() == Secure.NO ? more.requests() : 0;
        }
    }

    /// The groups of these calls, the busiest first.
    ///
    /// @param seconds over which they were added up
    public static List<GoldenSignals> of(
            Map<Edge, Tally> edges, Selector selector, double seconds) {
        var groups = new HashMap<Group, Sum>();
        once(edges, selector.by().believed())
                .forEach((edge, tally) -> {
                    if (selector.takes(edge) && isNamed(selector.by(), edge)) {
                        groups.computeIfAbsent(selector.by().group(edge), _ -> new Sum())
                                .tally
                                .add(tally);
                    }
                });
        edges.forEach((edge, tally) -> {
            Sum sum = groups.get(selector.by().group(edge));
            if (sum != null && selector.takes(edge)) {
                sum.secured(edge, tally);
            }
        });
        var signals = new ArrayList<GoldenSignals>();
        groups.forEach((group, sum) ->
                signals.add(GoldenSignals.of(group, sum.tally, sum.secure, sum.plain, seconds)));
        signals.sort(
                Comparator.comparingLong(GoldenSignals::requests)
                        .reversed()
                        .thenComparing(it -> it.group().toString()));
        return signals;
    }

    /// What all calls together come to that a selector takes.
    public static Tally total(Map<Edge, Tally> edges, Selector selector) {
        var total = new Tally();
        once(edges, selector.by().believed())
                .forEach((edge, tally) -> {
                    if (selector.takes(edge)) {
                        total.add(tally);
                    }
                });
        return total;
    }

    /// Which edges are to be known for [#total] of any of these selectors.
    public static Predicate<Edge> about(List<Selector> selectors) {
        return edge -> selectors.stream().anyMatch(it -> it.isAbout(edge));
    }

    /// What reached no workload is none's.
    private static boolean isNamed(Dimension by, Edge edge) {
        Party to = edge.destination();
        return switch (by) {
            case WORKLOAD -> !to.workload().isEmpty();
            case VERSION -> !to.version().isEmpty();
            case ROUTE -> !edge.route().isEmpty();
            case SERVICE, EDGE -> true;
        };
    }

    /// Each call once, as the given side tells it where it does.
    static Map<Edge, Tally> once(Map<Edge, Tally> edges, Side believed) {
        var told = new HashSet<Object>();
        for (Edge edge : edges.keySet()) {
            if (edge.reporter() == believed) {
                told.add(call(edge, believed));
                told.add(edge.destination().service());
            }
        }
        var once = new HashMap<Edge, Tally>();
        edges.forEach((edge, tally) -> {
            boolean isTold = told.contains(call(edge, believed));
            boolean isNobody = edge.source().workload().isEmpty() && believed == Side.SOURCE;
            boolean isTwice = isTold || (isNobody && told.contains(edge.destination().service()));
            if (edge.reporter() == believed || !isTwice) {
                once.put(edge, tally);
            }
        });
        return once;
    }

    private record Call(String from, String to) {}

    private static Call call(Edge edge, Side believed) {
        return believed == Side.SOURCE
                ? new Call(edge.source().name(), edge.destination().service())
                : new Call("", edge.destination().name());
    }
}
