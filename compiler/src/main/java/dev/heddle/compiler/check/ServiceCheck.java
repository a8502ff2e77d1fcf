package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.Assignments;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service.Resolution;

/// Checks services: whether hosts can be made of their endpoints.
final class ServiceCheck {
    private ServiceCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (MeshService service : index.services().all()) {
            boolean byName = service.service().resolution() == Resolution.DNS;
            for (Endpoint endpoint : service.endpoints()) {
                if (!Assignments.isUsable(endpoint, byName)) {
                    unusable(service, endpoint, findings);
                }
            }
        }
    }

    private static void unusable(MeshService service, Endpoint endpoint, Diagnostics findings) {
        boolean isPath = endpoint.address().startsWith("unix:");
        boolean isPort = endpoint.port() >= 1 && endpoint.port() <= 65_535;
        String address = "address '" + endpoint.address() + "'";
        if (isPath) {
            findings.add(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    endpoint.origin(),
                    address + ": paths of sockets are not used yet",
                    "The endpoint is left out of " + service.service().host());
        } else {
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
}
