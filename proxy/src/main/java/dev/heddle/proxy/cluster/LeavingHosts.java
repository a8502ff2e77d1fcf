package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.Assignment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Hosts that the control plane took away and that stay nevertheless, as their health checks pass:
/// a control plane that has lost sight of hosts takes down none that are well (Envoy, "Service
/// discovery": health checks and discovery together).
final class LeavingHosts {
    private LeavingHosts() {}

    /// The hosts of now, and those of before that stay.
    ///
    /// @param now as the control plane says
    /// @param before as they were used until now
    /// @param stays asked of those that the control plane took away
    static List<Assignment.Place> with(
            List<Assignment.Place> now,
            List<Assignment.Place> before,
            Predicate<InetSocketAddress> stays) {
        Set<InetSocketAddress> there = new HashSet<>();
        for (Assignment.Place place : now) {
            place.endpoints().forEach(endpoint -> there.add(endpoint.address()));
        }
        List<Assignment.Place> all = new ArrayList<>(now);
        for (Assignment.Place place : before) {
            List<Assignment.Endpoint> left =
                    place.endpoints().stream()
                            .filter(it -> !there.contains(it.address()))
                            .filter(it -> stays.test(it.address()))
                            .toList();
            if (!left.isEmpty()) {
                add(all, place, left);
            }
        }
        return all;
    }

    private static void add(
            List<Assignment.Place> all, Assignment.Place to, List<Assignment.Endpoint> left) {
        for (int i = 0; i < all.size(); i++) {
            Assignment.Place place = all.get(i);
            if (place.locality().equals(to.locality()) && place.priority() == to.priority()) {
                var endpoints = new ArrayList<Assignment.Endpoint>(place.endpoints());
                endpoints.addAll(left);
                all.set(
                        i,
                        new Assignment.Place(
                                place.locality(), place.priority(), place.weight(), endpoints));
                return;
            }
        }
        all.add(new Assignment.Place(to.locality(), to.priority(), to.weight(), left));
    }
}
