package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.Assignment.Endpoint;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.health.HealthFlag;
import dev.heddle.proxy.upstream.health.HostHealth;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/// Why no host of a cluster can be used, for the log: how many it has, and what is held against
/// them. Made when a request finds none.
final class HostsInWords {
    private HostsInWords() {}

    /// @param told the hosts that the control plane, or DNS, tells of
    /// @param hosts what is known of them
    static String of(String cluster, Assignment told, Collection<Host> hosts) {
        int total = told.size();
        if (total == 0) {
            return "the cluster '" + cluster + "' has none";
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Assignment.Place place : told.places()) {
            for (Endpoint endpoint : place.endpoints()) {
                switch (endpoint.health()) {
                    case UNHEALTHY, TIMEOUT ->
                            add(counts, "unhealthy by what the control plane says");
                    case DRAINING -> add(counts, "draining");
                    case HEALTHY, DEGRADED -> add(counts, ofWatching(endpoint, hosts));
                }
            }
        }
        if (counts.size() == 1) {
            String whole = counts.keySet().iterator().next();
            return total == 1
                    ? "the only one of '" + cluster + "' is " + whole
                    : "all " + total + " of '" + cluster + "' are " + whole;
        }
        var each = new StringJoiner(", ");
        counts.forEach((what, count) -> each.add(count + " " + what));
        return "of the " + total + " of '" + cluster + "' there are " + each;
    }

    private static String ofWatching(Endpoint endpoint, Collection<Host> hosts) {
        for (Host host : hosts) {
            HostHealth health = host.health();
            if (host.address().equals(endpoint.address()) && health != null) {
                if (health.has(HealthFlag.FAILED_OUTLIER_CHECK)) {
                    return "ejected";
                }
                if (health.has(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL)) {
                    return "left out by its own word that it fails";
                }
                if (health.has(HealthFlag.FAILED_ACTIVE_HC)) {
                    return "unwell by its health checks";
                }
            }
        }
        return "not usable for this request";
    }

    private static void add(Map<String, Integer> counts, String what) {
        counts.merge(what, 1, Integer::sum);
    }
}
