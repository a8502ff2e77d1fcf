package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.Assignments;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.core.Service;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Hostname;

/// Checks services: whether hosts can be made of their endpoints.
final class ServiceCheck {
    private ServiceCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (MeshService service : index.services().all()) {
            boolean byName = Assignments.isByName(service.service().resolution());
            for (Endpoint endpoint : service.endpoints()) {
                if (!Assignments.isUsable(endpoint, byName)) {
                    unusable(service, endpoint, findings);
                }
                if (!endpoint.network().isEmpty()) {
                    findings.add(
                            DiagnosticCode.NOT_IMPLEMENTED,
                            endpoint.origin(),
                            "network '"
                                    + endpoint.network()
                                    + "': no gateway leads there, so the endpoint is called at its"
                                    + " own address",
                            "Leave the network out if all workloads reach each other");
                }
            }
        }
        aliases(index, findings);
    }

    private static void aliases(MeshIndex index, Diagnostics findings) {
        for (Resource<Service> alias : index.resources().all(Kinds.SERVICE)) {
            if (alias.spec().type() != Service.Type.ExternalName
                    || alias.spec().externalName().isEmpty()) {
                continue;
            }
            Hostname own = index.complete(alias.metadata().name(), alias.metadata().namespace());
            boolean isKnown =
                    index.services().all().stream()
                            .anyMatch(s -> s.traits().aliases().contains(own));
            if (!isKnown) {
                findings.add(
                        new Diagnostic(
                                DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                                Severity.WARNING,
                                alias.origin(FieldPath.of("spec", "externalName")),
                                "no service of the mesh has the host '"
                                        + alias.spec().externalName()
                                        + "'",
                                "Calls go as to an unknown host; a ServiceEntry makes it known"));
            }
        }
    }

    private static void unusable(MeshService service, Endpoint endpoint, Diagnostics findings) {
        boolean isPort = endpoint.port() >= 1 && endpoint.port() <= 65_535;
        String address = "address '" + endpoint.address() + "'";
        findings.add(
                DiagnosticCode.INVALID_VALUE,
                endpoint.origin(),
                isPort
                        ? address + " is no IP address"
                        : "port " + endpoint.port() + " (expected: 1 to 65535)",
                "The endpoint is left out of "
                        + service.service().host()
                        + (isPort ? "; names need a ServiceEntry with resolution DNS" : ""));
    }
}
