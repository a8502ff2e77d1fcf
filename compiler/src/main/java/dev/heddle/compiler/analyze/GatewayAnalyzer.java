package dev.heddle.compiler.analyze;

import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.core.IntOrString;
import dev.heddle.model.core.Secret;
import dev.heddle.model.core.Service;
import dev.heddle.model.core.Service.ServicePort;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Looks at each Gateway for itself: whether there is its workload, whether a service leads to its
/// ports, and whether its Secrets are good.
final class GatewayAnalyzer implements Analyzer {
    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        for (Resource<Gateway> gateway : subject.resources().all(Kinds.GATEWAY)) {
            List<Pod> pods = subject.gatewayPods(gateway.spec().selector());
            if (pods.isEmpty()) {
                workload(subject, gateway, findings);
            } else {
                ports(subject, gateway, pods, findings);
                credentials(subject, gateway, pods.getFirst(), findings);
            }
        }
    }

    private static boolean isChosen(Resource<Gateway> gateway, Map<String, String> labels) {
        return labels.entrySet().containsAll(gateway.spec().selector().entrySet());
    }

    private static void workload(Subject subject, Resource<Gateway> gateway, Diagnostics findings) {
        if (subject.workloads("").noneMatch(labels -> isChosen(gateway, labels))) {
            findings.add(
                    subject.missing(
                            DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                            gateway.origin(FieldPath.of("spec", "selector")),
                            "no workload has the labels " + gateway.spec().selector(),
                            "Nobody serves this Gateway until there is one; correct the labels"));
        }
    }

    private static void ports(
            Subject subject, Resource<Gateway> gateway, List<Pod> pods, Diagnostics findings) {
        Set<Integer> led = new TreeSet<>();
        for (Resource<Service> service : subject.gatewayServices().toList()) {
            boolean isTo =
                    pods.stream()
                            .anyMatch(p ->
                                    p.namespace().equals(service.metadata().namespace())
                                            && p.labels()
                                                    .entrySet()
                                                    .containsAll(
                                                            service.spec().selector().entrySet()));
            for (ServicePort port : isTo ? service.spec().ports() : List.<ServicePort>of()) {
                if (port.protocol().isEmpty() || port.protocol().equals("TCP")) {
                    led.add(port.port());
                    port.targetPort()
                            .filter(IntOrString.Int.class::isInstance)
                            .ifPresent(t -> led.add(((IntOrString.Int) t).value()));
                }
            }
        }
        List<Gateway.Server> servers = gateway.spec().servers();
        for (int i = 0; i < servers.size(); i++) {
            int port = servers.get(i).port().number();
            if (port > 0 && !led.contains(port)) {
                found(
                        subject,
                        pods.getFirst(),
                        DiagnosticCode.GATEWAY_PORT_NOT_ON_SERVICE,
                        gateway.origin(FieldPath.of("spec", "servers").index(i).field("port")),
                        "no service of the workload leads to port " + port,
                        "Add the port to the gateway's service, or listen at one of " + led,
                        findings);
            }
        }
    }

    private static void credentials(
            Subject subject, Resource<Gateway> gateway, Pod pod, Diagnostics findings) {
        String namespace = pod.namespace();
        List<Gateway.Server> servers = gateway.spec().servers();
        for (int i = 0; i < servers.size(); i++) {
            String name = servers.get(i).tls().map(ServerTlsSettings::credentialName).orElse("");
            if (name.isEmpty() || !GatewayServers.isTlsEnded(servers.get(i))) {
                continue;
            }
            FieldPath path =
                    FieldPath.of("spec", "servers").index(i).field("tls").field("credentialName");
            Optional<Resource<Secret>> secret =
                    subject.resources().find(Kinds.SECRET, namespace, name);
            if (secret.isEmpty()) {
                found(
                        subject,
                        pod,
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        gateway.origin(path),
                        "there is no Secret '%s/%s'".formatted(namespace, name),
                        "Make it in the namespace of the gateway's workload; until then this server"
                                + " refuses handshakes",
                        findings);
            } else if (!isGood(subject, secret.get().spec())) {
                found(
                        subject,
                        pod,
                        DiagnosticCode.INVALID_GATEWAY_CREDENTIAL,
                        gateway.origin(path),
                        "Secret '%s/%s' has no certificate and key that are good now"
                                .formatted(namespace, name),
                        "Give it tls.crt and tls.key, or cert and key",
                        findings);
            }
        }
    }

    /// Whether a certificate and a key are there, and the certificate is good now. Whether the two
    /// belong together is a finding about the Secret.
    private static boolean isGood(Subject subject, Secret secret) {
        boolean isGeneric = secret.has("cert") && secret.has("key");
        Optional<String> chain = secret.text(isGeneric ? "cert" : "tls.crt");
        if (chain.isEmpty() || (!isGeneric && !secret.has("tls.key"))) {
            return false;
        }
        try {
            return PemText.certificates(chain.get()).stream()
                    .allMatch(c -> c.getNotAfter().toInstant().isAfter(subject.now()));
        } catch (UnusableMaterial _) {
            return false;
        }
    }

    /// What depends on a Pod that nobody speaks of is a hint.
    private static void found(
            Subject subject,
            Pod pod,
            DiagnosticCode code,
            Origin origin,
            String message,
            String hint,
            Diagnostics findings) {
        findings.add(
                new Diagnostic(
                        code,
                        subject.isAssumed(pod) ? Severity.INFO : code.severity(),
                        origin,
                        message,
                        hint));
    }
}
