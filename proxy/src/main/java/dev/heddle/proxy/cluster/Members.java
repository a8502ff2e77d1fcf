package dev.heddle.proxy.cluster;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.balance.PriorityLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Which member of a cluster of clusters a request goes to: their priorities follow each other as
/// if they were one cluster's, and what the hosts of one cannot carry goes to the next, as in
/// Envoy's aggregate clusters.
@Confined("worker")
final class Members {
    /// Envoy's factor where an assignment says none, and this cluster has no assignment.
    private static final int OVERPROVISIONING_PERCENT = 140;

    private final List<String> names;
    private final double panicPercent;
    private final List<WorkerCluster> there = new ArrayList<>();
    private final List<Integer> looks = new ArrayList<>();

    /// Up to which number below a hundred a request goes to the member of that place.
    private int[] bounds = {};

    /// @param names the first is the first choice
    /// @param panicPercent below which part of healthy hosts health is not believed
    Members(List<String> names, double panicPercent) {
        this.names = List.copyOf(names);
        this.panicPercent = panicPercent;
    }

    /// The member for a request.
    ///
    /// @return null where none of them is there
    @Nullable WorkerCluster choose(Map<String, WorkerCluster> clusters, RandomGenerator random) {
        if (!isKnown(clusters)) {
            look(clusters);
        }
        if (there.isEmpty()) {
            return null;
        }
        int last = bounds.length - 1;
        if (last == 0) {
            return there.getFirst();
        }
        int at = bounds[0] == 100 ? 0 : random.nextInt(100);
        for (int i = 0; i < last; i++) {
            if (at < bounds[i]) {
                return there.get(i);
            }
        }
        return there.get(last);
    }

    /// Whether the members are as they were when they were looked at last.
    private boolean isKnown(Map<String, WorkerCluster> clusters) {
        int found = 0;
        for (int i = 0; i < names.size(); i++) {
            WorkerCluster member = clusters.get(names.get(i));
            if (member == null) {
                continue;
            }
            if (found == there.size()
                    || there.get(found) != member
                    || looks.get(found) != member.looks()) {
                return false;
            }
            found++;
        }
        return found == there.size();
    }

    private void look(Map<String, WorkerCluster> clusters) {
        there.clear();
        looks.clear();
        var all = new ArrayList<PriorityLoad.Counts>();
        var memberOf = new ArrayList<Integer>();
        for (String name : names) {
            WorkerCluster member = clusters.get(name);
            if (member != null) {
                member.counts().forEach(_ -> memberOf.add(there.size()));
                all.addAll(member.counts());
                there.add(member);
                looks.add(member.looks());
            }
        }
        var percents = new int[there.size()];
        PriorityLoad load = PriorityLoad.of(all, OVERPROVISIONING_PERCENT, panicPercent);
        load.shares().forEach(share -> percents[memberOf.get(share.priority())] += share.percent());
        bounds = new int[there.size()];
        int sum = 0;
        for (int i = 0; i < bounds.length; i++) {
            sum += percents[i];
            bounds[i] = sum;
        }
        if (sum == 0 && bounds.length > 0) {
            // Nobody can serve it: the first says so.
            bounds[0] = 100;
        }
    }
}
