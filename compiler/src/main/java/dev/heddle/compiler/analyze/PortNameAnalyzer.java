package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import java.util.List;
import java.util.Set;

/// Looks at the ports of services: whether somebody says what they speak.
final class PortNameAnalyzer implements Analyzer {
    private static final Set<String> MANAGERS =
            Set.of(
                    "istio.io-gateway-controller",
                    "istio.io-mesh-controller",
                    "istio.io-eastwest-controller");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        subject.resources().all(Kinds.SERVICE).stream()
                .filter(s -> !isMade(s))
                .forEach(s -> service(s, findings));
    }

    /// Whether a program made it: no user can name its ports.
    private static boolean isMade(Resource<Service> service) {
        var labels = service.metadata().labels();
        return ControlPlane.isPartOf(service)
                || MANAGERS.contains(labels.getOrDefault("gateway.istio.io/managed", ""));
    }

    private static void service(Resource<Service> service, Diagnostics findings) {
        boolean isElsewhere = service.spec().type() == Service.Type.ExternalName;
        List<ServicePort> ports = service.spec().ports();
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            boolean isUnsaid =
                    AppProtocol.of(port.port(), port.name(), port.appProtocol(), port.protocol())
                            == AppProtocol.UNSET;
            if (isUnsaid || (isElsewhere && port.name().equals("tcp"))) {
                findings.add(
                        isElsewhere
                                ? DiagnosticCode.EXTERNAL_NAME_PORT
                                : DiagnosticCode.PORT_NAME_CONVENTION,
                        service.origin(FieldPath.of("spec", "ports").index(i)),
                        "port "
                                + port.port()
                                + (port.name().isEmpty()
                                        ? " has no name"
                                        : ": its name '" + port.name() + "'")
                                + (port.name().isEmpty()
                                        ? ", so nobody says what it speaks"
                                        : isUnsaid
                                                ? " says no protocol"
                                                : " makes it take other hosts' traffic, too"),
                        "Name it as in 'http-web', or set appProtocol");
            }
        }
    }
}
