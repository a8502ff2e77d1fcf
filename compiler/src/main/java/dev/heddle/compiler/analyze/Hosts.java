package dev.heddle.compiler.analyze;

import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.kinds.Kinds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The hosts of Services and ServiceEntries, and who sees them, as Istio's analyzers understand
/// both. Unlike the world's catalogue, this knows resources with mistakes, too, so that one mistake
/// doesn't hide others or make new ones.
final class Hosts {
    private static final String ALL = "*";

    private final String domain;
    private final Map<String, Known> byScope = new LinkedHashMap<>();

    /// A host that there is.
    ///
    /// @param selector labels of its workloads, where a ServiceEntry says them
    record Known(List<Integer> ports, Map<String, String> selector) {}

    private Hosts(String domain) {
        this.domain = domain;
    }

    static Hosts of(Subject subject) {
        var hosts = new Hosts(subject.world().index().domain());
        subject.resources().all(Kinds.SERVICE_ENTRY).forEach(hosts::add);
        subject.resources().all(Kinds.SERVICE).forEach(hosts::addService);
        return hosts;
    }

    private void add(Resource<ServiceEntry> entry) {
        var known =
                new Known(
                        entry.spec().ports().stream().map(p -> p.number()).toList(),
                        entry.spec().workloadSelector().map(s -> s.labels()).orElse(Map.of()));
        String namespace = entry.metadata().namespace();
        for (String host : entry.spec().hosts()) {
            scopes(entry.spec().exportTo().stream(), namespace)
                    .forEach(scope -> byScope.put(key(scope, full(host, namespace)), known));
        }
    }

    private void addService(Resource<Service> service) {
        var known =
                new Known(
                        service.spec().ports().stream().map(ServicePort::port).toList(), Map.of());
        String namespace = service.metadata().namespace();
        String said =
                service.metadata().annotations().getOrDefault("networking.istio.io/exportTo", "");
        Stream<String> exportTo =
                Arrays.stream(said.split(",")).map(String::strip).filter(s -> !s.isEmpty());
        scopes(exportTo, namespace)
                .forEach(scope ->
                        byScope.put(key(scope, full(service.metadata().name(), namespace)), known));
    }

    /// The namespaces that see it; `*` for all.
    private static List<String> scopes(Stream<String> exportTo, String namespace) {
        List<String> scopes =
                exportTo.map(to -> to.equals(".") ? namespace : to).distinct().toList();
        return scopes.isEmpty() || scopes.contains(ALL) ? List.of(ALL) : scopes;
    }

    private String full(String host, String namespace) {
        return host.startsWith(ALL) || host.contains(".")
                ? host
                : host + "." + namespace + ".svc." + domain;
    }

    private static String key(String scope, String host) {
        return scope + "/" + host;
    }

    /// The host, as a resource of that namespace sees it that is itself seen by these.
    Optional<Known> find(String host, String namespace, List<String> exportTo) {
        String full = full(host, namespace);
        List<String> viewers =
                exportTo.isEmpty()
                        ? List.of(namespace)
                        : exportTo.stream().map(to -> to.equals(".") ? namespace : to).toList();
        return Stream.concat(Stream.of(ALL), viewers.stream())
                .map(scope -> byScope.get(key(scope, full)))
                .filter(known -> known != null)
                .findFirst()
                .or(() -> covered(host, namespace));
    }

    private Optional<Known> covered(String host, String namespace) {
        String bare = host.startsWith(ALL) ? host.substring(1) : host;
        return Stream.of(ALL + "/*", namespace + "/*")
                .flatMap(scope ->
                        byScope.entrySet().stream().filter(e -> e.getKey().startsWith(scope)))
                .filter(e -> bare.endsWith(e.getKey().substring(e.getKey().indexOf('/') + 2)))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
