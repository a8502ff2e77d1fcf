package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.OutlierDetection;
import dev.heddle.model.istio.DestinationRule.PortTrafficPolicy;
import dev.heddle.model.istio.DestinationRule.Subset;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.DestinationRule.TunnelSettings;
import dev.heddle.model.istio.LoadBalancerSettings;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Looks at DestinationRules.
final class DestinationRuleCheck implements Check<DestinationRule> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    @Override
    public void check(Resource<DestinationRule> resource, Findings findings) {
        DestinationRule spec = resource.spec();
        if (!Names.isWildcardHost(spec.host())) {
            findings.invalid(SPEC.field("host"), spec.host(), "the name of a service");
        }
        spec.trafficPolicy().ifPresent(p -> checkPolicy(p, SPEC.field("trafficPolicy"), findings));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < spec.subsets().size(); i++) {
            Subset subset = spec.subsets().get(i);
            FieldPath path = SPEC.field("subsets").index(i);
            if (!Names.isDnsLabel(subset.name())) {
                findings.invalid(
                        path.field("name"), subset.name(), "letters, digits and '-', at most 63");
            }
            if (!names.add(subset.name())) {
                findings.error(
                        path.field("name"),
                        "the subset '" + subset.name() + "' is here for the second time");
            }
            Names.checkLabels(subset.labels(), path.field("labels"), findings);
            subset.trafficPolicy()
                    .ifPresent(p -> checkPolicy(p, path.field("trafficPolicy"), findings));
        }
        Names.checkExportTo(spec.exportTo(), false, findings);
        spec.workloadSelector().ifPresent(s -> checkSelector(spec, findings));
    }

    private static void checkSelector(DestinationRule spec, Findings findings) {
        FieldPath path = SPEC.field("workloadSelector");
        spec.workloadSelector().ifPresent(s -> PolicyChecks.checkSelector(s, path, findings));
        boolean own =
                spec.exportTo().stream()
                        .allMatch(e -> e.equals(".") || e.equals(findings.namespace()));
        if (!own) {
            findings.error(
                    SPEC.field("exportTo"),
                    spec.exportTo() + " (expected: '.', since workloadSelector chooses from it)");
        }
    }

    private static void checkPolicy(TrafficPolicy policy, FieldPath path, Findings findings) {
        var parts =
                new Parts(
                        policy.loadBalancer(),
                        policy.connectionPool(),
                        policy.outlierDetection(),
                        policy.tls());
        boolean saysNothing =
                parts.isEmpty()
                        && policy.portLevelSettings().isEmpty()
                        && policy.tunnel().isEmpty()
                        && policy.proxyProtocol().isEmpty()
                        && policy.retryBudget().isEmpty();
        if (saysNothing) {
            findings.missing(path, "it says nothing (expected: loadBalancer, connectionPool, …)");
        }
        if (policy.tunnel().isPresent() && policy.proxyProtocol().isPresent()) {
            findings.exclusive(path.field("proxyProtocol"), "tunnel", "proxyProtocol");
        }
        parts.check(path, findings);
        for (int i = 0; i < policy.portLevelSettings().size(); i++) {
            PortTrafficPolicy port = policy.portLevelSettings().get(i);
            FieldPath at = path.field("portLevelSettings").index(i);
            if (port.port().isEmpty()) {
                findings.missing(at.field("port"), "'port' is missing (expected: {number: 8080})");
            }
            port.port()
                    .ifPresent(p ->
                            Values.checkPort(
                                    p.number(), at.field("port").field("number"), findings));
            var own =
                    new Parts(
                            port.loadBalancer(),
                            port.connectionPool(),
                            port.outlierDetection(),
                            port.tls());
            if (own.isEmpty()) {
                findings.missing(at, "it says nothing (expected: loadBalancer, tls, …)");
            }
            own.check(at, findings);
        }
        policy.tunnel().ifPresent(t -> checkTunnel(t, path.field("tunnel"), findings));
        policy.retryBudget()
                .ifPresent(b ->
                        Values.checkPercent(
                                b.percent().orElse(0),
                                path.field("retryBudget").field("percent"),
                                findings));
    }

    private static void checkTunnel(TunnelSettings tunnel, FieldPath path, Findings findings) {
        if (!Set.of("", "CONNECT", "POST").contains(tunnel.protocol())) {
            findings.invalid(path.field("protocol"), tunnel.protocol(), "CONNECT or POST");
        }
        if (!Names.isHost(tunnel.targetHost()) && !Addresses.isIp(tunnel.targetHost())) {
            findings.invalid(path.field("targetHost"), tunnel.targetHost(), "a host");
        }
        Values.checkPort(tunnel.targetPort(), path.field("targetPort"), findings);
    }

    /// What policies for all ports and for one port have in common.
    private record Parts(
            Optional<LoadBalancerSettings> loadBalancer,
            Optional<ConnectionPoolSettings> connectionPool,
            Optional<OutlierDetection> outlierDetection,
            Optional<ClientTlsSettings> tls) {

        boolean isEmpty() {
            return loadBalancer.isEmpty()
                    && connectionPool.isEmpty()
                    && outlierDetection.isEmpty()
                    && tls.isEmpty();
        }

        void check(FieldPath path, Findings findings) {
            loadBalancer.ifPresent(
                    l -> new LoadBalancerCheck(l, path.field("loadBalancer"), findings).check());
            connectionPool.ifPresent(
                    p -> ConnectionPoolCheck.check(p, path.field("connectionPool"), findings));
            outlierDetection.ifPresent(
                    o -> checkOutlier(o, path.field("outlierDetection"), findings));
            tls.ifPresent(t -> TlsChecks.checkClient(t, path.field("tls"), findings));
        }
    }

    private static void checkOutlier(OutlierDetection outlier, FieldPath path, Findings findings) {
        Values.checkDuration(outlier.interval(), path.field("interval"), findings);
        Values.checkDuration(outlier.baseEjectionTime(), path.field("baseEjectionTime"), findings);
        Values.checkPercent(
                outlier.maxEjectionPercent().orElse(0), path.field("maxEjectionPercent"), findings);
        Values.checkPercent(
                outlier.minHealthPercent().orElse(0), path.field("minHealthPercent"), findings);
        if (outlier.consecutiveErrors().isPresent()) {
            findings.warn(
                    path.field("consecutiveErrors"),
                    "it is no longer used",
                    "Write consecutive5xxErrors or consecutiveGatewayErrors.");
        }
        boolean split = outlier.splitExternalLocalOriginErrors();
        if (!split && outlier.consecutiveLocalOriginFailures().orElse(0) > 0) {
            findings.error(
                    path.field("consecutiveLocalOriginFailures"),
                    "it needs splitExternalLocalOriginErrors: true");
        }
        for (int i = 0; i < outlier.outlierDetectionHttpErrorCodes().size(); i++) {
            int code = outlier.outlierDetectionHttpErrorCodes().get(i);
            if (code < 100 || code > 599) {
                FieldPath at = path.field("outlierDetectionHttpErrorCodes").index(i);
                findings.invalid(at, code, "a status from 100 to 599");
            }
        }
    }
}
