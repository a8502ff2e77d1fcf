package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.Sessions;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Severity;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.PortSelector;
import dev.heddle.model.istio.VirtualService.HttpRouteDestination;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Checks what a VirtualService's destinations name: a host, a port of it, a subset of it.
final class DestinationCheck {
    private static final int SUGGESTIONS = 3;

    private final MeshIndex index;
    private final BoundVirtualService service;
    private final Diagnostics findings;

    DestinationCheck(MeshIndex index, BoundVirtualService service, Diagnostics findings) {
        this.index = index;
        this.service = service;
        this.findings = findings;
    }

    void check(Destination destination, FieldPath path) {
        if (destination.host().isEmpty()) {
            return;
        }
        Hostname host = index.complete(destination.host(), service.namespace());
        Optional<MeshService> found = index.services().find(host, service.namespace());
        if (found.isEmpty() && isOfWildcard(host)) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    service.resource().origin(path.field("host")),
                    "no service has the host '" + host + "', only a wildcard that it is part of",
                    "Requests are answered 503: a destination must be a host of its own");
            return;
        }
        if (found.isEmpty()) {
            add(path.field("host"), "no service has the host '" + host + "'", similar(host));
            return;
        }
        port(destination, found.get(), path);
        if (!destination.subset().isEmpty()) {
            subset(destination.subset(), host, found.get(), path);
        }
    }

    private boolean isOfWildcard(Hostname host) {
        return index.services().visibleTo(service.namespace()).stream()
                .map(s -> s.service().host())
                .anyMatch(h -> h.isWildcard() && h.covers(host));
    }

    /// Which of several destinations a request goes to is chosen anew each time, so nobody can stay
    /// with an endpoint of one.
    void sessions(List<HttpRouteDestination> route, FieldPath path) {
        long takers = route.stream().filter(d -> d.weight().orElse(0) > 0).count();
        boolean isSeveral = takers > 1 || route.stream().anyMatch(d -> d.fallback().isPresent());
        for (int i = 0; isSeveral && i < route.size(); i++) {
            Destination destination = route.get(i).destination();
            Hostname host = index.complete(destination.host(), service.namespace());
            boolean isAsked =
                    index.services().find(host, service.namespace()).stream()
                            .anyMatch(it -> isSession(it, destination));
            if (isAsked) {
                findings.add(
                        new Diagnostic(
                                DiagnosticCode.LEFT_OUT,
                                Severity.WARNING,
                                service.resource().origin(path.index(i)),
                                "clients of '"
                                        + host
                                        + "' stay with no endpoint here, where requests go to"
                                        + " several destinations",
                                "Have the rule match the clients of one destination, as by a"
                                        + " header or a cookie of its own"));
            }
        }
    }

    private boolean isSession(MeshService to, Destination destination) {
        int named = destination.port().map(PortSelector::number).orElse(0);
        return to.service().ports().stream()
                .filter(port -> named == 0 || port.number() == named)
                .anyMatch(port -> Sessions.isAsked(index, to, port));
    }

    private String similar(Hostname host) {
        if (index.services().byHost().containsKey(host)) {
            return "There is one, but its exportTo keeps it from namespace "
                    + service.namespace()
                    + "; until that changes requests are answered 503";
        }
        List<Hostname> near = index.services().similar(host, SUGGESTIONS);
        String names = near.stream().map(Hostname::name).collect(Collectors.joining(" or "));
        return near.isEmpty()
                ? "Define it, or correct the name; until then requests are answered 503"
                : "Did you mean " + names + "? Until then requests are answered 503";
    }

    private void port(Destination destination, MeshService found, FieldPath path) {
        List<Port> ports = found.service().ports();
        Optional<Integer> wanted = destination.port().map(p -> p.number()).filter(n -> n > 0);
        if (wanted.isPresent() && found.service().port(wanted.get()).isEmpty()) {
            add(
                    path.field("port").field("number"),
                    found.service().host() + " has no port " + wanted.get(),
                    "It has " + numbers(ports) + "; until then requests are answered 503");
        } else if (wanted.isEmpty() && ports.size() > 1 && !service.isFor("mesh")) {
            Origin origin = service.resource().origin(path.field("port"));
            findings.add(
                    DiagnosticCode.PORT_SELECTOR_REQUIRED,
                    origin,
                    found.service().host() + " has several ports and none is named",
                    "Name one of " + numbers(ports));
        }
    }

    private static String numbers(List<Port> ports) {
        return ports.stream()
                .map(p -> Integer.toString(p.number()))
                .collect(Collectors.joining(", "));
    }

    private void subset(String subset, Hostname host, MeshService found, FieldPath path) {
        Optional<MergedRule> rule =
                index.destinationRules()
                        .known(host, service.namespace(), found.service().namespace());
        if (rule.flatMap(r -> r.subset(subset)).isPresent()) {
            return;
        }
        String known =
                rule.stream()
                        .flatMap(r -> r.subsets().stream())
                        .map(s -> s.subset().name())
                        .collect(Collectors.joining(", "));
        String hint =
                rule.isEmpty()
                        ? "No DestinationRule for the host defines subsets"
                        : known.isEmpty()
                                ? "Its DestinationRule defines no subsets"
                                : "There are: " + known;
        add(
                path.field("subset"),
                host + " has no subset '" + subset + "'",
                hint + "; until then requests are answered 503");
    }

    private void add(FieldPath path, String message, String hint) {
        findings.add(
                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                service.resource().origin(path),
                message,
                hint);
    }
}
