package dev.heddle.compiler.check;

import dev.heddle.compiler.attach.BackendTls;
import dev.heddle.compiler.select.BackendTrafficPolicies.Section;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.PortTrafficPolicy;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Tells of policies of the Gateway API for services that do not count beside a DestinationRule, or
/// beside a policy of Heddle's own. Their status says that they are accepted, as they are for those
/// clients for whom the other one does not count.
final class BackendPolicyCheck {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private final MeshIndex index;
    private final Diagnostics findings;

    private BackendPolicyCheck(MeshIndex index, Diagnostics findings) {
        this.index = index;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        var check = new BackendPolicyCheck(index, findings);
        index.resources().all(Kinds.DESTINATION_RULE).stream()
                .filter(rule -> !rule.spec().host().isEmpty())
                .forEach(check::beside);
        index.services().all().forEach(check::sessions);
    }

    private void beside(Resource<DestinationRule> rule) {
        rule.spec().trafficPolicy().ifPresent(p -> beside(rule, p, SPEC.field("trafficPolicy")));
        List<DestinationRule.Subset> subsets = rule.spec().subsets();
        for (int i = 0; i < subsets.size(); i++) {
            FieldPath at = SPEC.field("subsets").index(i).field("trafficPolicy");
            subsets.get(i).trafficPolicy().ifPresent(p -> beside(rule, p, at));
        }
    }

    private void beside(Resource<DestinationRule> rule, TrafficPolicy policy, FieldPath path) {
        policy.tls().ifPresent(_ -> tls(rule, _ -> true, path.field("tls")));
        List<PortTrafficPolicy> ports = policy.portLevelSettings();
        for (int i = 0; i < ports.size(); i++) {
            PortTrafficPolicy port = ports.get(i);
            FieldPath at = path.field("portLevelSettings").index(i).field("tls");
            port.tls()
                    .ifPresent(_ ->
                            tls(
                                    rule,
                                    p ->
                                            port.port()
                                                    .filter(s -> s.number() == p.number())
                                                    .isPresent(),
                                    at));
        }
        policy.retryBudget().ifPresent(_ -> retries(rule, path.field("retryBudget")));
    }

    private List<MeshService> services(Resource<DestinationRule> rule) {
        Hostname host = index.complete(rule.spec().host(), rule.metadata().namespace());
        return host.isWildcard()
                ? index.services().all().stream()
                        .filter(s -> host.covers(s.service().host()))
                        .toList()
                : index.services().claims().getOrDefault(host, List.of());
    }

    private void tls(Resource<DestinationRule> rule, Predicate<Port> ports, FieldPath path) {
        for (MeshService service : services(rule)) {
            for (Port port : service.service().ports()) {
                Optional<BackendTls> said =
                        index.gatewayApi()
                                .tls(
                                        service.service().host(),
                                        service.metadata().namespace(),
                                        port);
                said.filter(_ -> ports.test(port))
                        .ifPresent(tls ->
                                lost(
                                        tls.origin(),
                                        "how connections to port "
                                                + port.number()
                                                + " of '"
                                                + service.service().host()
                                                + "' are secured",
                                        rule.origin(path)));
            }
        }
    }

    private void retries(Resource<DestinationRule> rule, FieldPath path) {
        for (MeshService service : services(rule)) {
            traffic(service)
                    .filter(policy -> policy.spec().retryConstraint().isPresent())
                    .ifPresent(policy ->
                            lost(
                                    policy.origin(SPEC.field("retryConstraint")),
                                    "how many requests to '"
                                            + service.service().host()
                                            + "' may be retries",
                                    rule.origin(path)));
        }
    }

    private void sessions(MeshService service) {
        Optional<Resource<XBackendTrafficPolicy>> traffic =
                traffic(service).filter(p -> p.spec().sessionPersistence().isPresent());
        if (traffic.isEmpty()) {
            return;
        }
        for (Port port : service.service().ports()) {
            index.backendPolicies()
                    .inForce(service, port, Section.SESSION_AFFINITY)
                    .ifPresent(own ->
                            lost(
                                    traffic.get().origin(SPEC.field("sessionPersistence")),
                                    "how clients of port "
                                            + port.number()
                                            + " of '"
                                            + service.service().host()
                                            + "' stay with an endpoint",
                                    own.origin()));
        }
    }

    private Optional<Resource<XBackendTrafficPolicy>> traffic(MeshService service) {
        return index.gatewayApi().traffic(service.service().host(), service.metadata().namespace());
    }

    private void lost(Origin policy, String what, Origin other) {
        findings.add(
                DiagnosticCode.CONFLICT,
                policy,
                other.resource()
                        + " says "
                        + what
                        + "; where that counts for a client, this does not",
                "Remove one of the two, or have both say the same (" + other + ")");
    }
}
