package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.istio.WorkloadGroup;
import dev.heddle.model.istio.WorkloadGroup.Action;
import dev.heddle.model.istio.WorkloadGroup.ReadinessProbe;
import dev.heddle.model.istio.WorkloadSelector;
import java.util.OptionalInt;
import java.util.Set;

/// Looks at workloads, and at what chooses them.
final class WorkloadChecks {
    private WorkloadChecks() {}

    /// @param namesAllowed whether the address may be a name, which DNS knows
    /// @param required whether there must be an address
    static void checkEntry(
            WorkloadEntry entry,
            boolean namesAllowed,
            boolean required,
            FieldPath path,
            Findings findings) {
        String address = entry.address();
        FieldPath at = path.field("address");
        if (address.isEmpty()) {
            if (required && entry.network().isEmpty()) {
                findings.missing(at, "'address' is missing (expected: an IP address or a name)");
            } else if (required) {
                findings.warn(at, "there is no address but a network", "");
            }
        } else if (address.startsWith(Names.UNIX)) {
            if (!Names.isSocketPath(address)) {
                findings.invalid(at, address, "unix:// and an absolute path");
            }
            if (!entry.ports().isEmpty()) {
                findings.error(path.field("ports"), "a socket's path has no ports");
            }
        } else if (!Addresses.isIp(address) && !(namesAllowed && Names.isHost(address))) {
            findings.invalid(
                    at, address, namesAllowed ? "an IP address or a host" : "an IP address");
        }
        entry.ports()
                .forEach((name, number) -> {
                    if (!Names.isDnsLabel(name)) {
                        findings.invalid(path.field("ports").field(name), name, "a port's name");
                    }
                    Values.checkPort(number, path.field("ports").field(name), findings);
                });
        Names.checkLabels(entry.labels(), path.field("labels"), findings);
        Values.checkNotNegative(entry.weight(), path.field("weight"), findings);
    }

    static void checkGroup(WorkloadGroup group, Findings findings) {
        FieldPath spec = FieldPath.of("spec");
        checkEntry(group.template(), true, false, spec.field("template"), findings);
        FieldPath labels = spec.field("metadata").field("labels");
        Names.checkLabels(group.metadata().labels(), labels, findings);
        group.probe().ifPresent(p -> checkProbe(p, spec.field("probe"), findings));
    }

    private static void checkProbe(ReadinessProbe probe, FieldPath path, Findings findings) {
        checkSeconds(probe.initialDelaySeconds(), path.field("initialDelaySeconds"), findings);
        checkSeconds(probe.timeoutSeconds(), path.field("timeoutSeconds"), findings);
        checkSeconds(probe.periodSeconds(), path.field("periodSeconds"), findings);
        checkSeconds(probe.successThreshold(), path.field("successThreshold"), findings);
        checkSeconds(probe.failureThreshold(), path.field("failureThreshold"), findings);
        if (probe.healthCheckMethod().isEmpty()) {
            findings.missing(path, "it does nothing (expected: httpGet, tcpSocket, exec or grpc)");
            return;
        }
        switch (probe.healthCheckMethod().get()) {
            case Action.Http(WorkloadGroup.HttpHealthCheck http) -> {
                FieldPath at = path.field("httpGet");
                Values.checkPort(http.port(), at.field("port"), findings);
                if (!Set.of("", "HTTP", "HTTPS").contains(http.scheme())) {
                    findings.invalid(at.field("scheme"), http.scheme(), "HTTP or HTTPS");
                }
                for (int i = 0; i < http.httpHeaders().size(); i++) {
                    String name = http.httpHeaders().get(i).name();
                    if (!Values.isProbeHeaderName(name)) {
                        FieldPath header = at.field("httpHeaders").index(i).field("name");
                        findings.invalid(header, name, "the name of a header");
                    }
                }
            }
            case Action.Tcp(WorkloadGroup.TcpHealthCheck tcp) ->
                    Values.checkPort(tcp.port(), path.field("tcpSocket").field("port"), findings);
            case Action.Grpc(WorkloadGroup.GrpcHealthCheck grpc) -> {
                if (grpc.port() != 0) {
                    Values.checkPort(grpc.port(), path.field("grpc").field("port"), findings);
                }
            }
            case Action.Command _ -> {}
        }
    }

    private static void checkSeconds(int seconds, FieldPath path, Findings findings) {
        Values.checkNotNegative(OptionalInt.of(seconds), path, findings);
    }

    static void checkSelector(WorkloadSelector selector, FieldPath path, Findings findings) {
        Names.checkSelector(selector.labels(), path.field("labels"), findings);
        if (selector.labels().isEmpty()) {
            findings.warn(
                    path,
                    "without labels it chooses every workload of the namespace",
                    "Remove it, if that is meant.");
        }
    }
}
