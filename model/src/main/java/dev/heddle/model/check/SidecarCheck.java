package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Port;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.Sidecar.IstioEgressListener;
import dev.heddle.model.istio.Sidecar.IstioIngressListener;
import dev.heddle.model.istio.Sidecar.OutboundTrafficPolicy;
import dev.heddle.model.service.AppProtocol;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at Sidecars.
final class SidecarCheck implements Check<Sidecar> {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final Pattern ENDPOINT =
            Pattern.compile("(|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1\\]|\\[::\\]):(\\d{1,5})");

    @Override
    public void check(Resource<Sidecar> resource, Findings findings) {
        Sidecar spec = resource.spec();
        spec.workloadSelector()
                .ifPresent(s ->
                        WorkloadChecks.checkSelector(s, SPEC.field("workloadSelector"), findings));
        boolean empty =
                spec.ingress().isEmpty()
                        && spec.egress().isEmpty()
                        && spec.outboundTrafficPolicy().isEmpty()
                        && spec.inboundConnectionPool().isEmpty();
        if (empty) {
            findings.missing(SPEC, "it says nothing (expected: egress or ingress)");
        }
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < spec.ingress().size(); i++) {
            FieldPath path = SPEC.field("ingress").index(i);
            checkIngress(spec.ingress().get(i), path, ports, findings);
        }
        spec.inboundConnectionPool()
                .ifPresent(p ->
                        ConnectionPoolCheck.check(
                                p, SPEC.field("inboundConnectionPool"), findings));
        checkEgress(spec, findings);
        spec.outboundTrafficPolicy()
                .ifPresent(p -> checkPolicy(p, SPEC.field("outboundTrafficPolicy"), findings));
    }

    private static void checkIngress(
            IstioIngressListener ingress, FieldPath path, Set<Integer> ports, Findings findings) {
        Port port = ingress.port();
        FieldPath number = path.field("port").field("number");
        Values.checkPort(port.number(), number, findings);
        if (!ports.add(port.number())) {
            findings.error(number, port.number() + " is here for the second time");
        }
        checkPort(port, path.field("port"), findings);
        String bind = ingress.bind();
        if (!bind.isEmpty() && !Addresses.isIp(bind)) {
            findings.invalid(path.field("bind"), bind, "an IP address");
        }
        checkEndpoint(ingress.defaultEndpoint(), path.field("defaultEndpoint"), findings);
        ingress.tls().ifPresent(t -> checkTls(t, port.protocol(), path.field("tls"), findings));
        ingress.connectionPool()
                .ifPresent(
                        p -> ConnectionPoolCheck.check(p, path.field("connectionPool"), findings));
    }

    private static void checkPort(Port port, FieldPath path, Findings findings) {
        if (port.targetPort().orElse(0) > 0) {
            findings.error(path.field("targetPort"), "a sidecar has no use for it");
        }
        boolean known = AppProtocol.parse(port.protocol()) != AppProtocol.UNSET;
        if (!port.protocol().isEmpty() && !known) {
            findings.invalid(path.field("protocol"), port.protocol(), "a protocol as HTTP or TCP");
        }
    }

    private static void checkEndpoint(String endpoint, FieldPath path, Findings findings) {
        if (endpoint.isEmpty()) {
            return;
        }
        Matcher address = ENDPOINT.matcher(endpoint);
        boolean good =
                endpoint.startsWith(Names.UNIX) ? Names.isSocketPath(endpoint) : address.matches();
        if (!good) {
            findings.invalid(
                    path, endpoint, "127.0.0.1:port, 0.0.0.0:port, [::1]:port or unix:///path");
        } else if (!endpoint.startsWith(Names.UNIX)) {
            Values.checkPort(Integer.parseInt(address.group(2)), path, findings);
        }
    }

    private static void checkTls(
            ServerTlsSettings tls, String protocol, FieldPath path, Findings findings) {
        if (!tls.subjectAltNames().isEmpty()) {
            findings.error(path.field("subjectAltNames"), "a sidecar cannot check them");
        }
        if (tls.httpsRedirect()) {
            findings.error(path.field("httpsRedirect"), "a sidecar cannot redirect");
        }
        if (!tls.credentialName().isEmpty()) {
            findings.error(path.field("credentialName"), "a sidecar reads files only");
        }
        switch (tls.mode()) {
            case ISTIO_MUTUAL, AUTO_PASSTHROUGH ->
                    findings.invalid(path.field("mode"), tls.mode().name(), "SIMPLE or MUTUAL");
            case PASSTHROUGH, SIMPLE, MUTUAL, OPTIONAL_MUTUAL -> {}
        }
        if (!AppProtocol.parse(protocol).isTls()) {
            findings.error(path, protocol + " is plain text (expected: no tls)");
        }
        TlsChecks.checkServer(tls, path, findings);
    }

    private static void checkEgress(Sidecar spec, Findings findings) {
        Set<Integer> ports = new HashSet<>();
        Set<String> sockets = new HashSet<>();
        for (int i = 0; i < spec.egress().size(); i++) {
            IstioEgressListener egress = spec.egress().get(i);
            FieldPath path = SPEC.field("egress").index(i);
            if (egress.port().isEmpty() && i + 1 < spec.egress().size()) {
                findings.error(path, "only the last listener may be without a port");
            }
            egress.port()
                    .ifPresent(
                            p -> checkEgressPort(p, egress, path.field("port"), ports, findings));
            if (egress.bind().startsWith(Names.UNIX)) {
                checkSocket(egress, path, sockets, findings);
            }
            Set<String> seen = new HashSet<>();
            for (int j = 0; j < egress.hosts().size(); j++) {
                FieldPath at = path.field("hosts").index(j);
                checkHost(egress.hosts().get(j), at, seen, findings);
            }
        }
    }

    /// Nobody redirects a connection to a socket's path.
    private static void checkSocket(
            IstioEgressListener egress, FieldPath path, Set<String> seen, Findings findings) {
        switch (egress.captureMode()) {
            case IPTABLES ->
                    findings.invalid(
                            path.field("captureMode"),
                            egress.captureMode().name(),
                            "DEFAULT or NONE for a socket's path");
            case DEFAULT, NONE -> {}
        }
        if (!seen.add(egress.bind())) {
            findings.error(
                    path.field("bind"), "'" + egress.bind() + "' is here for the second time");
        }
    }

    private static void checkEgressPort(
            Port port,
            IstioEgressListener egress,
            FieldPath path,
            Set<Integer> ports,
            Findings findings) {
        boolean socket = egress.bind().startsWith(Names.UNIX);
        if (!socket || port.number() != 0) {
            Values.checkPort(port.number(), path.field("number"), findings);
        }
        if (!socket && !ports.add(port.number())) {
            findings.error(path.field("number"), port.number() + " is here for the second time");
        }
        if (socket && (port.number() != 0 || !Names.isSocketPath(egress.bind()))) {
            findings.error(path, "a socket's path goes with port number 0");
        }
        if (!socket && !egress.bind().isEmpty() && !Addresses.isIp(egress.bind())) {
            findings.invalid(path, egress.bind(), "an IP address");
        }
        checkPort(port, path, findings);
    }

    private static void checkHost(
            String host, FieldPath path, Set<String> seen, Findings findings) {
        int slash = host.indexOf('/');
        String namespace = slash < 0 ? "" : host.substring(0, slash);
        String name = host.substring(slash + 1);
        boolean place =
                Set.of("*", ".", "~").contains(namespace)
                        || Names.isDnsLabel(
                                namespace.startsWith("~") ? namespace.substring(1) : namespace);
        if (!place || Names.isPartialWildcard(name) || !Names.isWildcardHost(name)) {
            findings.invalid(path, host, "namespace/host, as ./*, */* or books/*.example.com");
        }
        if (!seen.add(host)) {
            findings.warn(path, "'" + host + "' is here for the second time", "");
        }
    }

    private static void checkPolicy(
            OutboundTrafficPolicy policy, FieldPath path, Findings findings) {
        if (policy.egressProxy().isEmpty()) {
            return;
        }
        FieldPath proxy = path.field("egressProxy");
        if (policy.mode() != OutboundTrafficPolicy.Mode.ALLOW_ANY) {
            findings.error(proxy, "only mode ALLOW_ANY has a use for it");
        }
        if (policy.egressProxy().get().port().isEmpty()) {
            findings.missing(proxy.field("port"), "'port' is missing (expected: {number: 80})");
        }
        if (!Names.isHost(policy.egressProxy().get().host())) {
            findings.invalid(proxy.field("host"), policy.egressProxy().get().host(), "a full name");
        }
        RouteChecks.checkDestination(policy.egressProxy().get(), proxy, findings);
    }
}
