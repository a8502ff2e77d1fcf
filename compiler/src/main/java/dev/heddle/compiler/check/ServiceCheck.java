package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.Assignments;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service.Resolution;
import java.util.List;

/// Checks services: whether hosts can be made of their endpoints, and whether they ask for what is
/// not in force.
final class ServiceCheck {
    /// Istio's labels by which a client stays with one endpoint, whatever becomes of the others.
    private static final List<String> SESSIONS =
            List.of("istio.io/persistent-session", "istio.io/persistent-session-header");

    private ServiceCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (MeshService service : index.services().all()) {
            checkSession(service, findings);
            boolean byName = service.service().resolution() == Resolution.DNS;
            for (Endpoint endpoint : service.endpoints()) {
                if (!Assignments.isUsable(endpoint, byName)) {
                    unusable(service, endpoint, findings);
                }
            }
        }
    }

    private static void checkSession(MeshService service, Diagnostics findings) {
        for (String label : SESSIONS) {
            if (service.metadata().labels().containsKey(label)) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        service.service().origin(),
                        "label '" + label + "' is read but not in force yet",
                        "loadBalancer.consistentHash of a DestinationRule keeps clients where they"
                                + " are as long as the endpoints stay the same");
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
