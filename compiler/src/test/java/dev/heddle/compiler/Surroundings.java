package dev.heddle.compiler;

import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.tree.Node;
import dev.heddle.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What samples leave to the reader: the services that their rules speak about, a workload for each
/// version of them, and the Services of the proxies of their gateways.
record Surroundings(World world) {
    private static final String SUFFIX = ".svc.cluster.local";

    /// As YAML.
    String text() {
        Map<String, Set<Integer>> ports = new TreeMap<>();
        Set<Integer> bytes = new TreeSet<>();
        for (BoundVirtualService service : world.index().virtualServices().all()) {
            service.hosts().forEach(h -> note(h, 0, ports));
            String own = service.namespace();
            destinations(service.resource().spec())
                    .forEach(to ->
                            note(
                                    world.index().complete(to.host(), own),
                                    to.port().map(p -> p.number()).orElse(0),
                                    ports));
            service.resource().spec().tcp().stream()
                    .flatMap(r -> r.route().stream())
                    .flatMap(d -> d.destination().port().stream())
                    .forEach(p -> bytes.add(p.number()));
        }
        var documents = new ArrayList<String>();
        int address = 1;
        for (Map.Entry<String, Set<Integer>> one : ports.entrySet()) {
            String host = one.getKey();
            if (world.index().services().find(new Hostname(host), "default").isPresent()) {
                continue;
            }
            String[] names = host.substring(0, host.length() - SUFFIX.length()).split("\\.", -1);
            var spec = new StringBuilder();
            Set<Integer> numbers = one.getValue().isEmpty() ? Set.of(80) : one.getValue();
            for (int port : numbers) {
                spec.append("  - {name: ")
                        .append(bytes.contains(port) ? "tcp-" : "http-")
                        .append(port)
                        .append(", port: ")
                        .append(port)
                        .append("}\n");
            }
            documents.add(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %s, namespace: %s}
                    spec:
                      selector: {app: %s}
                      ports:
                    %s\
                    """
                            .formatted(names[0], names[1], names[0], spec));
            for (Map<String, String> labels : versions(host)) {
                var text = new StringBuilder();
                labels.forEach((k, v) ->
                        text.append(", \"").append(k).append("\": \"").append(v).append('"'));
                documents.add(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: WorkloadEntry
                        metadata: {name: w%d, namespace: %s}
                        spec: {address: 10.9.0.%d, labels: {app: %s%s}}
                        """
                                .formatted(address, names[1], address, names[0], text));
                address++;
            }
        }
        for (var gateway : world.resources().all(Kinds.GATEWAY)) {
            documents.add(
                    ConversionProofTest.proxies(
                            "proxies-" + gateway.metadata().name(),
                            gateway.metadata().namespace(),
                            gateway.spec().selector()));
            for (var server : gateway.spec().servers()) {
                server.tls()
                        .map(tls -> tls.credentialName())
                        .filter(name -> !name.isEmpty())
                        .ifPresent(name ->
                                documents.add(secret(name, gateway.metadata().namespace())));
            }
        }
        return String.join("---\n", documents);
    }

    /// A certificate with its key, from the golden case that is about them.
    private static String secret(String name, String namespace) {
        GoldenCase golden =
                GoldenCase.all().stream()
                        .filter(c -> c.name().equals("gateway-tls"))
                        .findFirst()
                        .orElseThrow();
        Resource<?> secret =
                Meshes.read(golden)
                        .world()
                        .resources()
                        .find(Kinds.SECRET, "default", "shop")
                        .orElseThrow();
        return YamlWriter.write(
                ResourceWriter.tree(secret)
                        .with(
                                "metadata",
                                Node.Mapping.EMPTY
                                        .with("name", name)
                                        .with("namespace", namespace)));
    }

    private static void note(Hostname host, int port, Map<String, Set<Integer>> ports) {
        if (host.name().endsWith(SUFFIX) && !host.isWildcard()) {
            Set<Integer> all = ports.computeIfAbsent(host.name(), _ -> new TreeSet<>());
            if (port > 0) {
                all.add(port);
            }
        }
    }

    private static Stream<Destination> destinations(VirtualService service) {
        return Stream.of(
                        service.http().stream()
                                .flatMap(r -> r.route().stream())
                                .map(d -> d.destination()),
                        service.http().stream().flatMap(r -> r.mirror().stream()),
                        service.tls().stream()
                                .flatMap(r -> r.route().stream())
                                .map(d -> d.destination()),
                        service.tcp().stream()
                                .flatMap(r -> r.route().stream())
                                .map(d -> d.destination()))
                .flatMap(all -> all);
    }

    /// The labels of the subsets of a host, and none.
    private List<Map<String, String>> versions(String host) {
        var all = new ArrayList<Map<String, String>>();
        for (Resource<DestinationRule> rule : world.resources().all(Kinds.DESTINATION_RULE)) {
            String of =
                    world.index().complete(rule.spec().host(), rule.metadata().namespace()).name();
            if (of.equals(host)) {
                rule.spec().subsets().forEach(s -> all.add(new LinkedHashMap<>(s.labels())));
            }
        }
        all.add(Map.of("version", "of-none"));
        return all;
    }
}
