package dev.heddle.e2e.swaps;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One configuration of the mesh that is swapped. Immutable; each is made from the one before, with
/// something that changed.
///
/// The service `shop` has workloads of three versions, of which some are there at a time, in
/// subsets that come and go; services `extra-0` to `extra-3` come and go as wholes. Nothing is
/// referred to that is not there. Every workload really runs all the time, so that whatever fails
/// is the mesh's doing.
///
/// @param number of the state; 1 for the first
/// @param paths where each path of the shop leads
/// @param workloads of the shop that there are, as in `shop/v1/a`
/// @param extras the services that there are beside it
/// @param subsets of the shop that there are
/// @param balancing `loadBalancer.simple`
/// @param requestsPerConnection the most of them to a backend; 0 for any number
/// @param upgrades whether backends of the shop are spoken to in HTTP/2
/// @param serverName what the header `server` says, by an EnvoyFilter; empty for what the backend
///   says of itself, which is nothing
/// @param isFiltered whether an EnvoyFilter puts one more filter before the router
/// @param certificate of the gateway, by the name of its file
/// @param wire where the swapped TCP port leads
record MeshState(
        int number,
        Map<String, Leads> paths,
        Set<String> workloads,
        Set<String> extras,
        Set<String> subsets,
        String balancing,
        int requestsPerConnection,
        boolean upgrades,
        Optional<String> serverName,
        boolean isFiltered,
        String certificate,
        String wire) {
    static final List<String> VERSIONS = List.of("v1", "v2", "v3");
    static final List<String> PATHS = List.of("/a", "/b", "/c", "/d");
    static final List<String> EXTRAS = List.of("extra-0", "extra-1", "extra-2", "extra-3");
    static final List<String> WIRES = List.of("wire-0", "wire-1");
    static final List<String> CERTIFICATES = List.of("client", "stranger");
    private static final List<String> BALANCINGS =
            List.of("ROUND_ROBIN", "LEAST_REQUEST", "RANDOM");

    /// Where a path leads.
    sealed interface Leads {
        /// To subsets and other services, by weight.
        record Split(Map<String, Integer> weights) implements Leads {
            public Split {
                weights = new TreeMap<>(weights);
            }
        }

        /// To the proxy's own answer.
        record Own() implements Leads {}
    }

    MeshState {
        paths = new TreeMap<>(paths);
        workloads = new TreeSet<>(workloads);
        extras = new TreeSet<>(extras);
        subsets = new TreeSet<>(subsets);
    }

    /// The first: everything is there, and each path leads to v1.
    static MeshState first() {
        return new MeshState(
                1,
                PATHS.stream()
                        .collect(
                                Collectors.toMap(
                                        path -> path, _ -> new Leads.Split(Map.of("v1", 100)))),
                Set.copyOf(allWorkloads()),
                Set.copyOf(EXTRAS),
                Set.copyOf(VERSIONS),
                "ROUND_ROBIN",
                0,
                false,
                Optional.empty(),
                false,
                "client",
                "wire-0");
    }

    /// Every workload of the shop that can be there.
    static List<String> allWorkloads() {
        return VERSIONS.stream()
                .flatMap(version -> Stream.of("shop/" + version + "/a", "shop/" + version + "/b"))
                .toList();
    }

    /// The workloads that may answer a path; empty where the proxy answers by itself.
    ///
    /// @param present workloads of the shop
    Set<String> answering(String path, Set<String> present) {
        return switch (paths.get(path)) {
            case Leads.Own _ -> Set.of();
            case Leads.Split(var weights) ->
                    weights.keySet().stream()
                            .flatMap(to ->
                                    to.startsWith("extra-")
                                            ? Stream.of(to)
                                            : present.stream()
                                                    .filter(it -> it.startsWith("shop/" + to)))
                            .collect(Collectors.toSet());
            case null -> throw new IllegalArgumentException(path);
        };
    }

    /// The next state: one to three things are different.
    MeshState next(RandomGenerator random) {
        MeshState next = numbered(number + 1);
        for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
            next = next.changed(random);
        }
        return next.complete(random);
    }

    private MeshState changed(RandomGenerator random) {
        var change = new Draft(this);
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> change.paths.put(any(PATHS, random), leads(random));
            case 3, 4 -> toggle(change.workloads, any(allWorkloads(), random));
            case 5 -> toggle(change.subsets, any(VERSIONS, random));
            case 6, 7 -> toggle(change.extras, any(EXTRAS, random));
            case 8 -> change.balancing = any(BALANCINGS, random);
            case 9 -> change.requestsPerConnection = any(List.of(0, 1, 7), random);
            case 10 -> change.upgrades = !upgrades;
            case 11 ->
                    change.serverName =
                            random.nextBoolean() ? Optional.of("s" + number) : Optional.empty();
            case 12 -> change.isFiltered = !isFiltered;
            default -> {
                change.certificate = any(CERTIFICATES, random);
                change.wire = any(WIRES, random);
            }
        }
        return change.state();
    }

    /// What must be there is put back, and what leads to nothing leads elsewhere.
    private MeshState complete(RandomGenerator random) {
        var change = new Draft(this);
        if (change.subsets.isEmpty()) {
            change.subsets.add(any(VERSIONS, random));
        }
        for (String version : change.subsets) {
            if (change.workloads.stream().noneMatch(it -> it.startsWith("shop/" + version))) {
                change.workloads.add("shop/" + version + "/a");
            }
        }
        MeshState whole = change.state();
        paths.forEach((path, leads) -> {
            if (leads instanceof Leads.Split(var weights)
                    && !whole.destinations().containsAll(weights.keySet())) {
                change.paths.put(path, whole.leads(random));
            }
        });
        return change.state();
    }

    private List<String> destinations() {
        return Stream.concat(subsets.stream(), extras.stream()).toList();
    }

    private Leads leads(RandomGenerator random) {
        List<String> there = destinations();
        if (random.nextInt(6) == 0 || there.isEmpty()) {
            return new Leads.Own();
        }
        String one = any(there, random);
        String other = any(there, random);
        return one.equals(other)
                ? new Leads.Split(Map.of(one, 100))
                : new Leads.Split(Map.of(one, 30, other, 70));
    }

    private static <T> T any(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }

    private static void toggle(Set<String> set, String member) {
        if (!set.remove(member)) {
            set.add(member);
        }
    }

    private MeshState numbered(int next) {
        return new MeshState(
                next,
                paths,
                workloads,
                extras,
                subsets,
                balancing,
                requestsPerConnection,
                upgrades,
                serverName,
                isFiltered,
                certificate,
                wire);
    }

    /// A state while it is made.
    private static final class Draft {
        private final int number;
        private final Map<String, Leads> paths;
        private final Set<String> workloads;
        private final Set<String> extras;
        private final Set<String> subsets;
        private String balancing;
        private int requestsPerConnection;
        private boolean upgrades;
        private Optional<String> serverName;
        private boolean isFiltered;
        private String certificate;
        private String wire;

        Draft(MeshState from) {
            number = from.number;
            paths = new TreeMap<>(from.paths);
            workloads = new TreeSet<>(from.workloads);
            extras = new TreeSet<>(from.extras);
            subsets = new TreeSet<>(from.subsets);
            balancing = from.balancing;
            requestsPerConnection = from.requestsPerConnection;
            upgrades = from.upgrades;
            serverName = from.serverName;
            isFiltered = from.isFiltered;
            certificate = from.certificate;
            wire = from.wire;
        }

        MeshState state() {
            return new MeshState(
                    number,
                    paths,
                    workloads,
                    extras,
                    subsets,
                    balancing,
                    requestsPerConnection,
                    upgrades,
                    serverName,
                    isFiltered,
                    certificate,
                    wire);
        }
    }
}
