package dev.heddle.compiler.check;

import dev.heddle.compiler.attach.MeshRoutes;
import dev.heddle.compiler.attach.MeshRoutes.ServiceRoute;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds hosts that several resources claim, of which only the first counts.
final class HostConflicts {
    private HostConflicts() {}

    /// In a sidecar one VirtualService speaks about a host; gateways merge them.
    static void ofRules(MeshIndex index, Diagnostics findings) {
        Map<Hostname, BoundVirtualService> first = new LinkedHashMap<>();
        for (BoundVirtualService rule : index.virtualServices().all()) {
            if (!rule.isFor(BoundVirtualService.MESH)) {
                continue;
            }
            for (Hostname host : rule.hosts()) {
                BoundVirtualService other = first.putIfAbsent(host, rule);
                if (other != null && !other.name().equals(rule.name()) && meet(other, rule)) {
                    findings.add(
                            DiagnosticCode.CONFLICTING_MESH_GATEWAY_HOSTS,
                            rule.hostOrigin(host),
                            "host '"
                                    + host
                                    + "' belongs to VirtualService "
                                    + other.name()
                                    + " already; for sidecars "
                                    + rule.name()
                                    + " does not count",
                            "Put both rules into one VirtualService; the older counts, then the"
                                    + " one whose name comes first ("
                                    + other.hostOrigin(host)
                                    + ")");
                }
            }
        }
    }

    /// Where a service has routes of the Gateway API, no VirtualService speaks for it.
    static void withRoutes(MeshIndex index, Diagnostics findings) {
        MeshRoutes routes = index.gatewayApi().meshRoutes();
        if (routes.of().isEmpty()) {
            return;
        }
        for (BoundVirtualService rule : index.virtualServices().all()) {
            if (rule.isFor(BoundVirtualService.MESH)) {
                routes.of()
                        .forEach((place, of) -> {
                            if (rule.hosts().contains(place.host())) {
                                findings.add(withRoute(rule, place.host(), of.getFirst()));
                            }
                        });
            }
        }
    }

    private static Diagnostic withRoute(
            BoundVirtualService rule, Hostname host, ServiceRoute<?> route) {
        return Diagnostic.of(
                DiagnosticCode.CONFLICT,
                rule.hostOrigin(host),
                "host '"
                        + host
                        + "' has "
                        + route.route().resource().id()
                        + " already; where that is for a client, "
                        + rule.name()
                        + " does not count",
                "Routes of the Gateway API go before VirtualServices: keep one of the two ("
                        + route.route().resource().origin()
                        + ")");
    }

    private static boolean meet(BoundVirtualService a, BoundVirtualService b) {
        List<String> toA = a.exportTo();
        List<String> toB = b.exportTo();
        if (rank(toA) != rank(toB)) {
            return false;
        }
        boolean inTheFirst =
                Visibility.reaches(toA, a.namespace(), a.namespace())
                        && Visibility.reaches(toB, b.namespace(), a.namespace());
        boolean inTheSecond =
                Visibility.reaches(toA, a.namespace(), b.namespace())
                        && Visibility.reaches(toB, b.namespace(), b.namespace());
        return inTheFirst || inTheSecond;
    }

    /// A namespace's private rules go before those that are exported to it, and these before those
    /// that everybody sees: between the ranks nobody is surprised.
    private static int rank(List<String> exportTo) {
        if (Visibility.isPublic(exportTo)) {
            return 2;
        }
        return Visibility.isPrivate(exportTo) ? 0 : 1;
    }

    /// Of several services with one host somebody must give way.
    static void ofServices(MeshIndex index, Diagnostics findings) {
        for (List<MeshService> claims : index.services().claims().values()) {
            for (int i = 1; i < claims.size(); i++) {
                MeshService other = claims.get(i);
                Optional<MeshService> older =
                        claims.subList(0, i).stream().filter(c -> c.takesIn(other)).findFirst();
                if (older.isPresent()) {
                    ports(older.get(), other, findings);
                } else if (reaches(claims.getFirst(), other)) {
                    taken(claims.getFirst(), other, findings);
                }
            }
        }
    }

    private static boolean reaches(MeshService first, MeshService other) {
        return Visibility.reaches(
                first.service().exportTo(),
                first.service().namespace(),
                other.service().namespace());
    }

    private static void taken(MeshService first, MeshService other, Diagnostics findings) {
        findings.add(
                DiagnosticCode.CONFLICT,
                other.service().origin(),
                "host '"
                        + other.service().host()
                        + "' is defined already by "
                        + first.service().origin(),
                "A namespace takes its own before others', a Service before a"
                        + " ServiceEntry, the older before the younger; ServiceEntries of one"
                        + " namespace add to each other if they have the same resolution");
    }

    /// Of two that add to each other, both may name a port, but they must agree what it speaks.
    private static void ports(MeshService older, MeshService other, Diagnostics findings) {
        for (Port port : other.service().ports()) {
            Optional<Port> there = older.service().port(port.number());
            if (there.isPresent() && there.get().protocol() != port.protocol()) {
                findings.add(
                        DiagnosticCode.CONFLICT,
                        other.service().origin(),
                        "port %d of '%s' is %s here and %s in %s"
                                .formatted(
                                        port.number(),
                                        other.service().host(),
                                        port.protocol(),
                                        there.get().protocol(),
                                        older.service().origin()),
                        "The older counts; give both the same protocol");
            }
        }
    }
}
