package dev.heddle.compiler.check;

import dev.heddle.compiler.check.TargetCheck.Meant;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.lower.istio.Sessions;
import dev.heddle.compiler.select.BackendTrafficPolicies.Section;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.BackendTrafficPolicy;
import dev.heddle.model.policy.BackendTrafficPolicy.HealthCheck;
import dev.heddle.model.policy.BackendTrafficPolicy.LoadBalancer;
import dev.heddle.model.policy.TargetRef;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.util.List;
import java.util.Optional;

/// Checks BackendTrafficPolicies: whether there is what they are for, which of several counts, and
/// which proxies can do what they ask for.
final class BackendTrafficPolicyCheck {
    private final MeshIndex index;
    private final Resource<BackendTrafficPolicy> policy;
    private final Diagnostics findings;

    private BackendTrafficPolicyCheck(
            MeshIndex index, Resource<BackendTrafficPolicy> policy, Diagnostics findings) {
        this.index = index;
        this.policy = policy;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<BackendTrafficPolicy> policy : index.backendPolicies().all()) {
            new BackendTrafficPolicyCheck(index, policy, findings).check();
        }
    }

    private void check() {
        policy.spec()
                .loadBalancer()
                .flatMap(LoadBalancer::peakEwma)
                .ifPresent(_ ->
                        ownProxyOnly(
                                FieldPath.of("spec", "loadBalancer", "peakEwma"),
                                "stock Envoy does not balance by latency, nor does it look at"
                                        + " Retry-After",
                                "It balances as with LEAST_REQUEST; 'heddle proxy' does it all"));
        policy.spec()
                .circuitBreaker()
                .ifPresent(_ ->
                        ownProxyOnly(
                                FieldPath.of("spec", "circuitBreaker"),
                                "stock Envoy has no circuit breaker that errors or slowness open",
                                "It goes on sending requests, but for what outlierDetection of a"
                                        + " DestinationRule ejects; 'heddle proxy' does it"));
        List<TargetRef> targets = policy.spec().targetRefs();
        for (int i = 0; i < targets.size(); i++) {
            target(targets.get(i), FieldPath.of("spec", "targetRefs").index(i));
        }
    }

    private void target(TargetRef target, FieldPath path) {
        for (Meant meant : new TargetCheck(index, policy, findings).services(target, path)) {
            // Of a service as a whole, ports that have nothing to do with it are left alone.
            boolean isNamed =
                    !target.sectionName().isEmpty()
                            || meant.ports().stream().noneMatch(OutboundTables::mayBeHttp);
            meant.ports().forEach(port -> port(meant.service(), port, path, isNamed));
        }
    }

    private void port(MeshService service, Port port, FieldPath path, boolean isNamed) {
        for (Section<?> section : Section.ALL) {
            if (section.isIn(policy)) {
                conflict(service, port, section, path);
            }
        }
        if (isNamed || OutboundTables.mayBeHttp(port)) {
            policy.spec()
                    .loadBalancer()
                    .ifPresent(_ ->
                            needsHttp(
                                    "endpoints of port %d of '%s' are not chosen by latency",
                                    service, port, path));
            policy.spec()
                    .circuitBreaker()
                    .ifPresent(_ ->
                            needsHttp(
                                    "nothing breaks the circuit to port %d of '%s'",
                                    service, port, path));
            policy.spec()
                    .sessionAffinity()
                    .ifPresent(_ ->
                            needsHttp(
                                    "clients of port %d of '%s' cannot stay with an endpoint",
                                    service, port, path));
        }
        policy.spec().healthCheck().ifPresent(it -> health(it, service, port, path));
    }

    private void ownProxyOnly(FieldPath path, String what, String instead) {
        findings.add(DiagnosticCode.OWN_PROXY_ONLY, policy.origin(path), what, instead);
    }

    /// @param what cannot be, with places for the port and the service
    private void needsHttp(String what, MeshService service, Port port, FieldPath path) {
        if (!Sessions.isPossible(service, port)) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(path),
                    what.formatted(port.number(), service.service().host())
                            + (OutboundTables.mayBeHttp(port)
                                    ? ": its endpoints are not known"
                                    : ": it speaks " + port.protocol()),
                    "That needs HTTP, and a service with a resolution; name another port");
        }
    }

    private void conflict(MeshService service, Port port, Section<?> section, FieldPath path) {
        Optional<Resource<BackendTrafficPolicy>> other =
                index.backendPolicies()
                        .inForce(service, port, section)
                        .<Resource<BackendTrafficPolicy>>map(it -> it.policy())
                        .filter(it -> !it.id().equals(policy.id()));
        other.ifPresent(it ->
                findings.add(
                        DiagnosticCode.CONFLICT,
                        policy.origin(path),
                        "port %d of '%s' has its %s from '%s'"
                                .formatted(
                                        port.number(),
                                        service.service().host(),
                                        section.name(),
                                        it.metadata().name()),
                        "What names the port counts, and of several the oldest"));
    }

    private void health(HealthCheck check, MeshService service, Port port, FieldPath path) {
        if (check.grpc().isPresent() && !port.protocol().isHttp2()) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(FieldPath.of("spec", "healthCheck", "grpc")),
                    "port %d of '%s' is not known to speak HTTP/2, so it is not asked by gRPC"
                            .formatted(port.number(), service.service().host()),
                    "Name the port grpc-…, set its appProtocol to grpc, or have a DestinationRule"
                            + " say h2UpgradePolicy: UPGRADE");
        }
        if (service.service().resolution() == Resolution.PASSTHROUGH) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(path),
                    "'%s' is not resolved, so redirected proxies ask none of its endpoints"
                            .formatted(service.service().host()),
                    "Give the ServiceEntry a resolution, or the Service a cluster IP");
        }
    }
}
