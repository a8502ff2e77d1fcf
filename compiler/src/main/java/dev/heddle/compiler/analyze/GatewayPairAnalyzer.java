package dev.heddle.compiler.analyze;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Looks at Gateways beside each other: whether they claim the same hosts, and whether they show
/// the same certificate.
final class GatewayPairAnalyzer implements Analyzer {

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        List<Resource<Gateway>> gateways = subject.resources().all(Kinds.GATEWAY);
        for (Resource<Gateway> gateway : gateways) {
            List<Resource<Gateway>> others =
                    gateways.stream().filter(g -> !g.id().equals(gateway.id())).toList();
            List<Resource<Gateway>> beside =
                    others.stream().filter(o -> areTogether(subject, gateway, o)).toList();
            List<Gateway.Server> servers = gateway.spec().servers();
            for (int i = 0; i < servers.size(); i++) {
                FieldPath path = FieldPath.of("spec", "servers").index(i);
                conflicts(gateway, servers.get(i), path, beside, findings);
                certificates(gateway, servers.get(i), path, others, findings);
            }
        }
    }

    /// Whether one workload serves both: they have the same selector, or a Pod that both choose.
    private static boolean areTogether(Subject subject, Resource<Gateway> a, Resource<Gateway> b) {
        Map<String, String> one = a.spec().selector();
        Map<String, String> other = b.spec().selector();
        boolean isWithin =
                one.entrySet().containsAll(other.entrySet())
                        || other.entrySet().containsAll(one.entrySet());
        return one.equals(other)
                || (isWithin
                        && subject.workloads("")
                                .anyMatch(l ->
                                        l.entrySet().containsAll(one.entrySet())
                                                && l.entrySet().containsAll(other.entrySet())));
    }

    private static void conflicts(
            Resource<Gateway> gateway,
            Gateway.Server server,
            FieldPath path,
            List<Resource<Gateway>> others,
            Diagnostics findings) {
        var rivals = new TreeSet<String>();
        var hosts = new TreeSet<String>();
        for (Resource<Gateway> other : others) {
            for (Gateway.Server there : other.spec().servers()) {
                boolean isSamePlace =
                        there.port().number() == server.port().number()
                                && there.bind().equals(server.bind());
                List<String> both =
                        server.hosts().stream().filter(there.hosts()::contains).toList();
                if (isSamePlace && !both.isEmpty()) {
                    rivals.add(name(other));
                    hosts.addAll(both);
                }
            }
        }
        if (!rivals.isEmpty()) {
            findings.add(
                    DiagnosticCode.CONFLICTING_GATEWAYS,
                    gateway.origin(path.field("hosts")),
                    "%s at port %d belongs to Gateway %s, too, for the workload with labels %s"
                            .formatted(
                                    String.join(", ", hosts),
                                    server.port().number(),
                                    String.join(", ", rivals),
                                    gateway.spec().selector()),
                    "Give the host to one of them");
        }
    }

    private static void certificates(
            Resource<Gateway> gateway,
            Gateway.Server server,
            FieldPath path,
            List<Resource<Gateway>> others,
            Diagnostics findings) {
        for (Resource<Gateway> other : others) {
            boolean isForAll =
                    other.spec()
                            .selector()
                            .entrySet()
                            .containsAll(gateway.spec().selector().entrySet());
            for (Gateway.Server there : other.spec().servers()) {
                if (isForAll && isSame(server.tls(), there.tls())) {
                    findings.add(
                            DiagnosticCode.GATEWAY_DUPLICATE_CERTIFICATE,
                            gateway.origin(path.field("tls")),
                            "Gateway " + name(other) + " shows the same certificate",
                            "A client that uses its HTTP/2 connection again gets 404 for the"
                                    + " other's hosts: put the hosts into one Gateway");
                }
            }
        }
    }

    private static boolean isSame(
            Optional<ServerTlsSettings> one, Optional<ServerTlsSettings> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return false;
        }
        ServerTlsSettings a = one.get();
        ServerTlsSettings b = other.get();
        if (!a.credentialName().isEmpty() || !b.credentialName().isEmpty()) {
            return a.credentialName().equals(b.credentialName());
        }
        return !a.serverCertificate().isEmpty()
                && !a.privateKey().isEmpty()
                && a.serverCertificate().equals(b.serverCertificate())
                && a.privateKey().equals(b.privateKey());
    }

    private static String name(Resource<Gateway> gateway) {
        return gateway.metadata().namespace() + "/" + gateway.metadata().name();
    }
}
