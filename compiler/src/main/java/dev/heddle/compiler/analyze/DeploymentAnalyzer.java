package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.IntOrString;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Looks at Deployments and Pods: whether the services that choose them agree on their ports, and
/// whether they run as the proxy's own user.
final class DeploymentAnalyzer implements Analyzer {
    private static final String PROXY_USER = "1337";
    private static final FieldPath NAME = FieldPath.of("metadata", "name");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        for (Resource<Node> deployment : subject.deployments()) {
            Pod pod = Pod.ofTemplate(deployment);
            boolean isWaypoint =
                    "istio.io-mesh-controller"
                            .equals(deployment.metadata().labels().get("gateway.istio.io/managed"));
            if (!isWaypoint && Injection.isInMesh(subject, pod)) {
                List<Resource<Service>> services =
                        subject.resources().all(Kinds.SERVICE).stream()
                                .filter(s -> chooses(s, pod))
                                .toList();
                protocols(pod, services, findings);
                targets(pod, services, findings);
            }
        }
        Stream.concat(subject.pods().stream(), subject.deployments().stream().map(Pod::ofTemplate))
                .filter(p -> !ControlPlane.isPartOf(p.resource()))
                .forEach(p -> user(p, findings));
    }

    private static boolean chooses(Resource<Service> service, Pod pod) {
        Map<String, String> selector = service.spec().selector();
        return !selector.isEmpty()
                && service.metadata().namespace().equals(pod.namespace())
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }

    private static void protocols(Pod pod, List<Resource<Service>> services, Diagnostics findings) {
        Map<Integer, Map<String, Set<String>>> byPort = new TreeMap<>();
        for (Resource<Service> service : services) {
            for (ServicePort port : service.spec().ports()) {
                byPort.computeIfAbsent(port.port(), _ -> new TreeMap<>())
                        .computeIfAbsent(
                                port.protocol().isEmpty() ? "TCP" : port.protocol(),
                                _ -> new TreeSet<>())
                        .add(name(service));
            }
        }
        byPort.forEach((port, spoken) -> {
            if (spoken.size() > 1) {
                findings.add(
                        DiagnosticCode.DEPLOYMENT_ASSOCIATED_TO_MULTIPLE_SERVICES,
                        pod.resource().origin(NAME),
                        "port %d is %s, by the services %s"
                                .formatted(
                                        port,
                                        String.join(" and ", spoken.keySet()),
                                        names(spoken.values().stream().flatMap(Set::stream))),
                        "Give the port one protocol");
            }
        });
    }

    private static void targets(Pod pod, List<Resource<Service>> services, Diagnostics findings) {
        Map<String, Map<Integer, String>> byTarget = new TreeMap<>();
        for (Resource<Service> service : services) {
            for (ServicePort port : service.spec().ports()) {
                byTarget.computeIfAbsent(target(port), _ -> new TreeMap<>())
                        .put(port.port(), name(service));
            }
        }
        byTarget.forEach((target, ports) -> {
            if (ports.size() > 1) {
                findings.add(
                        DiagnosticCode.DEPLOYMENT_CONFLICTING_PORTS,
                        pod.resource().origin(NAME),
                        "the ports %s of the services %s all lead to port %s"
                                .formatted(ports.keySet(), names(ports.values().stream()), target),
                        "Give each service's port a port of its own");
            }
        });
    }

    private static String target(ServicePort port) {
        return port.targetPort()
                .map(t ->
                        switch (t) {
                            case IntOrString.Int(int value) -> value == 0 ? "" : "" + value;
                            case IntOrString.Text(String value) -> value;
                        })
                .filter(t -> !t.isEmpty())
                .orElse("" + port.port());
    }

    private static String name(Resource<Service> service) {
        return service.metadata().namespace() + "/" + service.metadata().name();
    }

    private static String names(Stream<String> names) {
        return String.join(", ", names.sorted().distinct().toList());
    }

    private static void user(Pod pod, Diagnostics findings) {
        Stream<FieldPath> ofPod = isProxyUser(pod.spec()) ? Stream.of(pod.path()) : Stream.of();
        Stream<FieldPath> ofContainers =
                pod.containers().stream()
                        .filter(c -> !c.isProxy() && !c.name().equals("istio-operator"))
                        .filter(c -> isProxyUser(c.spec()))
                        .map(Pod.Container::path);
        Stream.concat(ofPod, ofContainers).findFirst().ifPresent(p -> reserved(pod, p, findings));
    }

    private static boolean isProxyUser(Written spec) {
        return spec.at("securityContext", "runAsUser").text().equals(PROXY_USER);
    }

    private static void reserved(Pod pod, FieldPath path, Diagnostics findings) {
        findings.add(
                DiagnosticCode.INVALID_APPLICATION_UID,
                pod.resource().origin(path.field("securityContext").field("runAsUser")),
                "1337 is the user of the proxy, whose traffic is not captured",
                "Run the application as another user");
    }
}
