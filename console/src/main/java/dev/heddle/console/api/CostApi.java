package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.ServiceView;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Locality;
import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.GoldenSignals;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.rollup.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the mesh costs: processors and memory of proxies, and the bytes that they carry, by
/// workload.
final class CostApi {
    private static final int MOST_HOURS = 720;

    private final Mesh mesh;
    private final Optional<Signals> signals;
    private final InstantSource clock;

    /// @param signals empty where none are kept
    CostApi(Mesh mesh, Optional<Signals> signals, InstantSource clock) {
        this.mesh = mesh;
        this.signals = signals;
        this.clock = clock;
    }

    /// @param v1 what paths begin with
    List<Route> routes(String v1) {
        return List.of(
                new Route(
                        "GET",
                        v1 + "/cost",
                        "processors, memory and bytes of workloads' proxies, by whole hours",
                        Map.of(
                                "hours", "how many until now, 1 to 720 (24)",
                                "namespace", "only workloads of this namespace"),
                        new Rule.Somewhere(Role.VIEWER),
                        this::cost));
    }

    private record Workload(String name, String namespace) implements Comparable<Workload> {
        static Workload of(Party party) {
            return new Workload(party.workload(), party.namespace());
        }

        @Override
        public int compareTo(Workload other) {
            int order = namespace.compareTo(other.namespace);
            return order == 0 ? name.compareTo(other.name) : order;
        }
    }

    private ApiResponse cost(Call call) {
        if (signals.isEmpty()) {
            return ApiResponse.error(
                    503,
                    "nothing is kept of traffic, nor of what proxies cost",
                    "the control plane",
                    "Start it without --no-signals");
        }
        String hours = call.request().parameter("hours").orElse("24");
        if (!hours.matches("[1-9][0-9]{0,2}") || Integer.parseInt(hours) > MOST_HOURS) {
            return ApiResponse.error(
                    400,
                    "hours: '%s' (expected: 1 to %d)".formatted(hours, MOST_HOURS),
                    "query",
                    "Mend it and ask again");
        }
        Instant to = clock.instant();
        Instant from =
                to.minus(Duration.ofHours(Integer.parseInt(hours) - 1L))
                        .truncatedTo(ChronoUnit.HOURS);
        String namespace = call.request().parameter("namespace").orElse("");
        var window = new Window(from, to.isAfter(from) ? to : from.plusSeconds(1));
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("from", from.toString())
                        .with("to", to.toString())
                        .with(
                                "workloads",
                                workloads(signals.get(), window, call.caller(), namespace)));
    }

    private List<Node> workloads(Signals kept, Window window, Caller caller, String namespace) {
        var usages = new TreeMap<Workload, Usage>();
        kept.usages(window)
                .forEach(it -> usages.put(new Workload(it.workload(), it.namespace()), it));
        var calls = new TreeMap<Workload, GoldenSignals>();
        kept.golden(Selector.all(Dimension.WORKLOAD), window)
                .signals()
                .forEach(it -> calls.put(Workload.of(it.group().destination()), it));
        Map<Workload, Long> across =
                across(kept.golden(Selector.all(Dimension.EDGE), window).signals());
        var names = new TreeSet<>(usages.keySet());
        names.addAll(calls.keySet());
        names.addAll(across.keySet());
        return names.stream()
                .filter(it -> caller.sees(it.namespace()))
                .filter(it -> namespace.isEmpty() || namespace.equals(it.namespace()))
                .<Node>map(it ->
                        row(
                                it,
                                Optional.ofNullable(usages.get(it)),
                                Optional.ofNullable(calls.get(it)),
                                Optional.ofNullable(across.get(it))))
                .toList();
    }

    private static Node row(
            Workload workload,
            Optional<Usage> usage,
            Optional<GoldenSignals> calls,
            Optional<Long> across) {
        Node.Mapping row =
                Node.Mapping.EMPTY
                        .with("workload", workload.name())
                        .with("namespace", workload.namespace());
        if (usage.isPresent()) {
            row =
                    row.with("cpuSeconds", rounded(usage.get().cpuSeconds()))
                            .with("memoryBytes", Math.round(usage.get().bytes()))
                            .with("proxySeconds", Math.round(usage.get().seconds()));
        }
        if (calls.isPresent()) {
            row =
                    row.with("requests", calls.get().requests())
                            .with("receivedBytes", calls.get().received())
                            .with("sentBytes", calls.get().sent());
        }
        return across.isPresent() ? row.with("crossZoneBytes", across.get()) : row;
    }

    private static Node rounded(double number) {
        return Node.of(Math.round(number * 1_000) / 1e3);
    }

    /// Bytes of both directions between workloads of different zones, by the one that calls. Calls
    /// of which the zone of an end is not known count for nothing.
    private Map<Workload, Long> across(List<GoldenSignals> edges) {
        Map<Workload, Locality> zones = zones();
        var across = new TreeMap<Workload, Long>();
        for (GoldenSignals edge : edges) {
            Workload source = Workload.of(edge.group().source());
            Locality from = zones.get(source);
            Locality to = zones.get(Workload.of(edge.group().destination()));
            if (from != null && to != null) {
                boolean isAcross =
                        !from.region().equals(to.region()) || !from.zone().equals(to.zone());
                across.merge(source, isAcross ? edge.received() + edge.sent() : 0L, Long::sum);
            }
        }
        return across;
    }

    /// Where workloads are, by the endpoints of services: those whose endpoints are all in one
    /// zone, under the names that proxies give them.
    private Map<Workload, Locality> zones() {
        var zones = new HashMap<Workload, Locality>();
        var several = new HashSet<Workload>();
        for (ServiceView service : mesh.view().services()) {
            for (Endpoint endpoint : service.endpoints()) {
                if (endpoint.locality().zone().isEmpty()) {
                    continue;
                }
                for (String name : names(endpoint)) {
                    var workload = new Workload(name, service.service().namespace());
                    Locality before = zones.putIfAbsent(workload, endpoint.locality());
                    if (before != null && !before.zone().equals(endpoint.locality().zone())) {
                        several.add(workload);
                    }
                }
            }
        }
        zones.keySet().removeAll(several);
        return zones;
    }

    private static List<String> names(Endpoint endpoint) {
        String said = endpoint.labels().getOrDefault("service.istio.io/workload-name", "");
        String app = endpoint.labels().getOrDefault("app", "");
        String version = endpoint.labels().getOrDefault("version", "");
        String resource = endpoint.origin().resource();
        boolean isEntry = resource.startsWith("WorkloadEntry ");
        return List.of(
                        said,
                        app.isEmpty() || version.isEmpty() ? "" : app + "-" + version,
                        isEntry ? resource.substring(resource.indexOf('/') + 1) : "")
                .stream()
                .filter(it -> !it.isEmpty())
                .distinct()
                .toList();
    }
}
