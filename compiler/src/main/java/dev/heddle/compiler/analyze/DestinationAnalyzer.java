package dev.heddle.compiler.analyze;

import dev.heddle.compiler.analyze.Destinations.Named;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Looks at what the destinations of VirtualServices name: a host, a port of it, a subset of it;
/// and at gateways' rules that lead past the subsets that others choose.
final class DestinationAnalyzer implements Analyzer {

    /// A subset that some DestinationRule has.
    private record Subset(Hostname host, String name) {}

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        var hosts = Hosts.of(subject);
        Set<Subset> subsets = subsets(subject);
        Map<String, Set<String>> split = split(subject);
        for (Resource<VirtualService> rule : subject.resources().all(Kinds.VIRTUAL_SERVICE)) {
            for (Named named : Destinations.of(rule.spec())) {
                if (named.destination().host().isEmpty()) {
                    notFound(rule, named.path().field("host"), "it names no host", findings);
                } else {
                    host(rule, named, hosts, findings);
                    subset(subject, rule, named, subsets, findings);
                }
            }
            unaffected(rule, split, findings);
        }
    }

    private static void host(
            Resource<VirtualService> rule, Named named, Hosts hosts, Diagnostics findings) {
        Destination to = named.destination();
        Optional<Hosts.Known> found =
                hosts.find(to.host(), rule.metadata().namespace(), rule.spec().exportTo());
        int port = to.port().map(p -> p.number()).orElse(0);
        if (found.isEmpty()) {
            notFound(
                    rule,
                    named.path().field("host"),
                    "no service has the host '" + to.host() + "'",
                    findings);
        } else if (to.port().isEmpty() && found.get().ports().size() > 1) {
            findings.add(
                    DiagnosticCode.PORT_SELECTOR_REQUIRED,
                    rule.origin(named.path().field("port")),
                    to.host() + " has several ports and none is named",
                    "Name one of " + numbers(found.get().ports()));
        } else if (to.port().isPresent() && !found.get().ports().contains(port)) {
            notFound(
                    rule,
                    named.path().field("port").field("number"),
                    to.host() + " has no port " + port,
                    findings);
        }
    }

    private static String numbers(List<Integer> ports) {
        return ports.stream().map(p -> Integer.toString(p)).collect(Collectors.joining(", "));
    }

    private static void subset(
            Subject subject,
            Resource<VirtualService> rule,
            Named named,
            Set<Subset> subsets,
            Diagnostics findings) {
        String name = named.destination().subset();
        if (name.isEmpty()) {
            return;
        }
        Hostname host =
                subject.world()
                        .index()
                        .complete(named.destination().host(), rule.metadata().namespace());
        if (!subsets.contains(new Subset(host, name))) {
            notFound(
                    rule,
                    named.path().field("subset"),
                    host + " has no subset '" + name + "'",
                    findings);
        }
    }

    private static void notFound(
            Resource<VirtualService> rule, FieldPath path, String message, Diagnostics findings) {
        findings.add(
                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                rule.origin(path),
                message,
                "Define it, or correct the name; until then requests are answered 503");
    }

    private static Set<Subset> subsets(Subject subject) {
        var subsets = new HashSet<Subset>();
        subject.resources().all(Kinds.DESTINATION_RULE).stream()
                .filter(r -> !r.spec().host().isEmpty())
                .forEach(r -> {
                    Hostname host =
                            subject.world()
                                    .index()
                                    .complete(r.spec().host(), r.metadata().namespace());
                    r.spec().subsets().forEach(s -> subsets.add(new Subset(host, s.name())));
                });
        return subsets;
    }

    /// By host, as it is written: the VirtualServices of that host that choose a subset of it.
    private static Map<String, Set<String>> split(Subject subject) {
        var split = new LinkedHashMap<String, Set<String>>();
        for (Resource<VirtualService> rule : subject.resources().all(Kinds.VIRTUAL_SERVICE)) {
            rule.spec().http().stream()
                    .flatMap(r -> r.route().stream())
                    .map(r -> r.destination())
                    .filter(d -> !d.subset().isEmpty() && rule.spec().hosts().contains(d.host()))
                    .forEach(d ->
                            split.computeIfAbsent(d.host(), _ -> new TreeSet<>()).add(name(rule)));
        }
        return split;
    }

    private static void unaffected(
            Resource<VirtualService> rule, Map<String, Set<String>> split, Diagnostics findings) {
        if (rule.spec().gateways().isEmpty()) {
            return;
        }
        List<HttpRoute> rules = rule.spec().http();
        for (int i = 0; i < rules.size(); i++) {
            for (int j = 0; j < rules.get(i).route().size(); j++) {
                Destination to = rules.get(i).route().get(j).destination();
                FieldPath path =
                        FieldPath.of("spec", "http")
                                .index(i)
                                .field("route")
                                .index(j)
                                .field("destination");
                for (String other :
                        to.subset().isEmpty()
                                ? split.getOrDefault(to.host(), Set.of())
                                : Set.<String>of()) {
                    findings.add(
                            DiagnosticCode.INGRESS_ROUTE_RULES_NOT_AFFECTED,
                            rule.origin(path),
                            ("the subsets that VirtualService %s chooses for '%s' are not for"
                                            + " these requests")
                                    .formatted(other, to.host()),
                            "Gateways follow no other VirtualService: name the subset here, too");
                }
            }
        }
    }

    private static String name(Resource<VirtualService> rule) {
        return rule.metadata().namespace() + "/" + rule.metadata().name();
    }
}
