package dev.heddle.compiler.select;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.core.Ingress;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.kinds.Kinds;
import java.util.Optional;

/// Finds the ports that an Ingress names. One that is not there is a finding, and what names it
/// answers 404, as in Istio.
record IngressBackends(Resource<Ingress> ingress, Resources resources, Diagnostics findings) {

    /// A service of the Ingress' namespace.
    record Backend(String service, int port) {}

    Optional<Backend> of(Ingress.Backend backend, FieldPath path) {
        if (backend.service().isEmpty()) {
            // Something else than a service, which was said when it was read.
            return Optional.empty();
        }
        Ingress.ServiceBackend named = backend.service().get();
        FieldPath at = path.field("service");
        if (named.port().name().isEmpty()) {
            // A service that is not there is found where routes are made.
            return Optional.of(new Backend(named.name(), named.port().number()));
        }
        Optional<Integer> port =
                resources
                        .find(Kinds.SERVICE, ingress.metadata().namespace(), named.name())
                        .flatMap(service -> number(service.spec(), named.port().name()));
        if (port.isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    ingress.origin(at.field("port").field("name")),
                    "port '"
                            + named.port().name()
                            + "' of Service '"
                            + named.name()
                            + "' is not there",
                    "Requests for it are answered 404 until it is");
            return Optional.empty();
        }
        return Optional.of(new Backend(named.name(), port.get()));
    }

    private static Optional<Integer> number(Service service, String name) {
        return service.ports().stream()
                .filter(port -> port.name().equals(name))
                .map(ServicePort::port)
                .findFirst();
    }
}
