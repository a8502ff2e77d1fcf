package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.core.ServiceImport;
import java.util.HashSet;
import java.util.Set;

/// Looks at Services, as Kubernetes does when it takes them.
final class ServiceCheck implements Check<Service> {
    @Override
    public void check(Resource<Service> resource, Findings findings) {
        checkPorts(resource.spec(), findings);
    }

    /// Looks at ServiceImports, likewise.
    static void checkImport(Resource<ServiceImport> resource, Findings findings) {
        checkPorts(resource.spec().asService(), findings);
        GatewayTexts.most(resource.spec().ips(), 2, FieldPath.of("spec", "ips"), findings);
    }

    private static void checkPorts(Service spec, Findings findings) {
        Set<String> names = new HashSet<>();
        FieldPath ports = FieldPath.of("spec", "ports");
        for (int i = 0; i < spec.ports().size(); i++) {
            ServicePort port = spec.ports().get(i);
            FieldPath path = ports.index(i);
            Values.checkPort(port.port(), path.field("port"), findings);
            if (!names.add(port.name())) {
                findings.error(
                        path,
                        port.name().isEmpty()
                                ? "a second port without a name (expected: names for all)"
                                : "'" + port.name() + "' is here for the second time");
            }
        }
    }
}
