package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Places;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Nearness;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.istio.LoadBalancerSettings.Distribute;
import dev.heddle.model.istio.LoadBalancerSettings.Failover;
import dev.heddle.model.istio.LoadBalancerSettings.LocalityLoadBalancerSetting;
import dev.heddle.model.istio.LoadBalancerSettings.ZoneAwareLbSetting;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Locality;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which endpoints go before others because of where they are, as Istio decides it: a rule's word
/// goes before the service's, and that before the mesh's; zones that come first before localities.
///
/// Weights say how requests are spread over places; priorities say who is next when those before
/// fail, which only outlier detection finds out. So failover is in force beside outlier detection
/// alone, or where the service itself asks for near endpoints.
final class LocalityLowering {
    private final Setting setting;
    private final boolean isFailingOver;
    private final Outlook.Place place;

    /// What is in force.
    private sealed interface Setting {
        /// All endpoints are alike.
        record None() implements Setting {}

        /// @param isForced whether failover needs no outlier detection
        record ByLocality(LocalityLoadBalancerSetting setting, boolean isForced)
                implements Setting {}

        record ByZone(ZoneAwareLbSetting setting) implements Setting {
            boolean isEnabled() {
                return setting.enabled().orElse(true);
            }
        }
    }

    /// Endpoints in one place.
    ///
    /// @param locality as the proxy sees it
    /// @param weight empty for that of the endpoints
    record Group(
            String name,
            Locality locality,
            int priority,
            OptionalInt weight,
            List<Endpoint> endpoints) {
        Group {
            endpoints = List.copyOf(endpoints);
        }

        int weightOrSum() {
            return weight.orElseGet(
                    () -> endpoints.stream().mapToInt(e -> Math.max(1, e.weight())).sum());
        }

        Group at(int other) {
            return new Group(name, locality, other, weight, endpoints);
        }
    }

    /// @param balancer what the rules say
    /// @param isWatched whether failing hosts are found out
    LocalityLowering(
            Optional<LoadBalancerSettings> balancer,
            boolean isWatched,
            MeshService service,
            MeshSettings mesh,
            Outlook.Place place) {
        this.setting = setting(balancer, service, mesh);
        this.isFailingOver =
                switch (setting) {
                    case Setting.None() -> false;
                    case Setting.ByLocality(_, boolean isForced) -> isForced || isWatched;
                    case Setting.ByZone zones -> zones.isEnabled();
                };
        this.place = place;
    }

    private static Setting setting(
            Optional<LoadBalancerSettings> balancer, MeshService service, MeshSettings mesh) {
        Optional<ZoneAwareLbSetting> zones =
                balancer.flatMap(LoadBalancerSettings::zoneAwareLbSetting);
        if (zones.isPresent()) {
            return new Setting.ByZone(zones.get());
        }
        Optional<LocalityLoadBalancerSetting> localities =
                balancer.flatMap(LoadBalancerSettings::localityLbSetting);
        if (localities.isPresent()) {
            return localities.get().enabled().orElse(true)
                    ? new Setting.ByLocality(localities.get(), false)
                    : new Setting.None();
        }
        return switch (service.traits().distribution()) {
            case SAME_ZONE -> new Setting.ByLocality(preferring(Nearness.SAME_ZONE), true);
            case SAME_NODE -> new Setting.ByLocality(preferring(Nearness.SAME_NODE), true);
            case ANY ->
                    mesh.zoneAware()
                            .<Setting>map(Setting.ByZone::new)
                            .or(() -> mesh.locality().map(it -> new Setting.ByLocality(it, false)))
                            .orElseGet(Setting.None::new);
        };
    }

    private static LocalityLoadBalancerSetting preferring(List<String> labels) {
        return new LocalityLoadBalancerSetting(List.of(), List.of(), labels, Optional.of(true));
    }

    /// How the cluster uses places.
    Places places() {
        return switch (setting) {
            case Setting.None() -> new Places.Alike();
            case Setting.ByLocality(LocalityLoadBalancerSetting said, _) -> {
                boolean isOrdered =
                        !said.failover().isEmpty() || !said.failoverPriority().isEmpty();
                yield !said.distribute().isEmpty() || (isFailingOver && isOrdered)
                        ? new Places.Weighted()
                        : new Places.Alike();
            }
            case Setting.ByZone zones ->
                    new Places.ZoneAware(
                            zones.isEnabled(),
                            zones.setting().minClusterSize().isPresent()
                                    ? OptionalInt.of(
                                            (int)
                                                    Math.min(
                                                            Integer.MAX_VALUE,
                                                            zones.setting()
                                                                    .minClusterSize()
                                                                    .getAsLong()))
                                    : OptionalInt.empty());
        };
    }

    /// Puts endpoints in order.
    ///
    /// @param byLocality by the names of their localities
    List<Group> arranged(SortedMap<String, List<Endpoint>> byLocality) {
        var groups = new ArrayList<Group>();
        byLocality.forEach((name, endpoints) ->
                groups.add(
                        new Group(
                                name,
                                Nearness.seenFrom(
                                        place.locality(), endpoints.getFirst().locality()),
                                0,
                                OptionalInt.empty(),
                                endpoints)));
        return switch (setting) {
            case Setting.None() -> groups;
            case Setting.ByLocality(LocalityLoadBalancerSetting said, _) -> {
                if (!said.distribute().isEmpty()) {
                    yield distributed(groups, said.distribute());
                }
                if (!isFailingOver) {
                    yield groups;
                }
                if (said.failoverPriority().isEmpty()) {
                    yield byLocality(groups, said.failover());
                }
                List<Group> ordered = byLabels(groups, said.failoverPriority());
                yield said.failover().isEmpty() ? ordered : byLocality(ordered, said.failover());
            }
            case Setting.ByZone zones -> {
                if (!zones.isEnabled()) {
                    yield groups;
                }
                ZoneAwareLbSetting said = zones.setting();
                yield byRegion(
                        said.failoverPriority().isEmpty()
                                ? groups
                                : byLabels(groups, said.failoverPriority()),
                        said.failover());
            }
        };
    }

    /// The first rule for where the proxy is gives each place its share. A place that no share is
    /// for gets nothing.
    private List<Group> distributed(List<Group> groups, List<Distribute> rules) {
        for (Distribute rule : rules) {
            if (isIn(place.locality(), rule.from())) {
                return distributed(groups, rule.to());
            }
        }
        return groups;
    }

    private static List<Group> distributed(List<Group> groups, Map<String, Integer> shares) {
        var left = new ArrayList<>(groups);
        var weighted = new TreeMap<String, Group>();
        shares.forEach((to, share) -> {
            List<Group> takers = left.stream().filter(group -> isIn(group.locality(), to)).toList();
            left.removeAll(takers);
            long total = takers.stream().mapToLong(Group::weightOrSum).sum();
            for (Group group : takers) {
                double weight = (double) group.weightOrSum() * share / total;
                weighted.put(
                        group.name(),
                        new Group(
                                group.name(),
                                group.locality(),
                                0,
                                OptionalInt.of((int) Math.ceil(weight)),
                                group.endpoints()));
            }
        });
        return List.copyOf(weighted.values());
    }

    private static boolean isIn(Locality locality, String pattern) {
        Locality wanted = Locality.parse(pattern);
        return (wanted.region().equals("*") || wanted.region().equals(locality.region()))
                && isPart(locality.zone(), wanted.zone())
                && isPart(locality.subZone(), wanted.subZone());
    }

    private static boolean isPart(String is, String wanted) {
        return wanted.isEmpty() || wanted.equals("*") || wanted.equals(is);
    }

    /// The nearer, the earlier. Of other regions those go first that are meant to help.
    private List<Group> byLocality(List<Group> groups, List<Failover> rules) {
        if (place.locality().equals(Locality.UNKNOWN)) {
            return groups;
        }
        return dense(
                groups.stream()
                        .map(group ->
                                group.at(group.priority() * 5 + distance(group.locality(), rules)))
                        .toList());
    }

    private int distance(Locality other, List<Failover> rules) {
        Locality own = place.locality();
        if (own.region().equals(other.region())) {
            return !own.zone().equals(other.zone())
                    ? 2
                    : own.subZone().equals(other.subZone()) ? 0 : 1;
        }
        return rules.stream()
                .filter(rule -> rule.from().equals(own.region()))
                .findFirst()
                .map(rule -> rule.to().equals(other.region()) ? 3 : 4)
                .orElse(3);
    }

    /// All of the proxy's region first, so that its zones share requests among them.
    private List<Group> byRegion(List<Group> groups, List<Failover> rules) {
        return dense(
                groups.stream()
                        .map(group -> {
                            int distance = distance(group.locality(), rules);
                            boolean isMeant =
                                    distance == 3
                                            && rules.stream()
                                                    .anyMatch(it ->
                                                            it.from()
                                                                    .equals(
                                                                            place.locality()
                                                                                    .region()));
                            int priority = distance < 3 ? 0 : isMeant ? 1 : 2;
                            return group.at(group.priority() * 3 + priority);
                        })
                        .toList());
    }

    /// The more labels in a row an endpoint has in common with the proxy, the earlier it is.
    private List<Group> byLabels(List<Group> groups, List<String> labels) {
        if (place.labels().isEmpty()) {
            return groups;
        }
        var split = new ArrayList<Group>();
        for (Group group : groups) {
            var byPriority = new TreeMap<Integer, List<Endpoint>>();
            for (Endpoint endpoint : group.endpoints()) {
                Map<String, String> own = Nearness.labels(endpoint, group.locality());
                byPriority
                        .computeIfAbsent(priority(own, labels), _ -> new ArrayList<>())
                        .add(endpoint);
            }
            byPriority.forEach((priority, endpoints) ->
                    split.add(
                            new Group(
                                    group.name(),
                                    group.locality(),
                                    priority,
                                    OptionalInt.empty(),
                                    endpoints)));
        }
        return dense(split);
    }

    /// @param wanted labels, each with a value where the proxy's own does not count
    private int priority(Map<String, String> endpoint, List<String> wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            String[] label = wanted.get(i).split("=", 2);
            String value = label.length == 2 ? label[1] : place.labels().getOrDefault(label[0], "");
            if (!value.equals(endpoint.getOrDefault(label[0], ""))) {
                return wanted.size() - i;
            }
        }
        return 0;
    }

    /// Priorities from 0 on, none left out.
    private static List<Group> dense(List<Group> groups) {
        List<Integer> used = groups.stream().map(Group::priority).distinct().sorted().toList();
        return groups.stream().map(group -> group.at(used.indexOf(group.priority()))).toList();
    }
}
