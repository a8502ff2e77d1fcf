package dev.heddle.compiler.check;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.PortTrafficPolicy;
import dev.heddle.model.istio.DestinationRule.Subset;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.LoadBalancerSettings;
import dev.heddle.model.mesh.MeshConfig;
import java.util.List;
import java.util.Optional;

/// Finds failover that cannot be: without outlier detection nobody notices that near endpoints
/// fail. What counts is what reaches the cluster, in Istio's order: a rule's own, for the port or
/// for the host, else the mesh's; a subset takes those unless it has its own; its policy for a port
/// takes nothing.
final class FailoverCheck {
    private static final FieldPath POLICY = FieldPath.of("spec", "trafficPolicy");

    private final Resource<DestinationRule> rule;
    private final Diagnostics findings;

    private FailoverCheck(Resource<DestinationRule> rule, Diagnostics findings) {
        this.rule = rule;
        this.findings = findings;
    }

    static void check(
            List<Resource<DestinationRule>> rules,
            Optional<MeshConfig> mesh,
            Diagnostics findings) {
        boolean isInMesh =
                mesh.flatMap(MeshConfig::defaultTrafficPolicy)
                        .flatMap(MeshConfig.TrafficDefaults::outlierDetection)
                        .isPresent();
        rules.forEach(rule -> new FailoverCheck(rule, findings).check(isInMesh));
    }

    private void check(boolean isInMesh) {
        Optional<TrafficPolicy> whole = rule.spec().trafficPolicy();
        whole.ifPresent(it -> {
            warn(it.loadBalancer(), isInMesh || it.outlierDetection().isPresent(), POLICY);
            ports(it, isInMesh, POLICY);
        });
        boolean isInherited =
                isInMesh || whole.flatMap(TrafficPolicy::outlierDetection).isPresent();
        List<Subset> subsets = rule.spec().subsets();
        for (int i = 0; i < subsets.size(); i++) {
            FieldPath path = FieldPath.of("spec", "subsets").index(i).field("trafficPolicy");
            subsets.get(i)
                    .trafficPolicy()
                    .ifPresent(it -> {
                        warn(
                                it.loadBalancer(),
                                isInherited || it.outlierDetection().isPresent(),
                                path);
                        ports(it, false, path);
                    });
        }
    }

    private void ports(TrafficPolicy policy, boolean isInherited, FieldPath path) {
        for (int i = 0; i < policy.portLevelSettings().size(); i++) {
            PortTrafficPolicy port = policy.portLevelSettings().get(i);
            warn(
                    port.loadBalancer(),
                    isInherited || port.outlierDetection().isPresent(),
                    path.field("portLevelSettings").index(i));
        }
    }

    private void warn(Optional<LoadBalancerSettings> balancer, boolean isFound, FieldPath path) {
        if (isFound || balancer.isEmpty()) {
            return;
        }
        FieldPath at = path.field("loadBalancer");
        balancer.get()
                .localityLbSetting()
                .filter(it -> !it.failover().isEmpty() || !it.failoverPriority().isEmpty())
                .ifPresent(_ -> warn(at.field("localityLbSetting")));
        balancer.get()
                .zoneAwareLbSetting()
                .filter(it -> !it.failover().isEmpty() || !it.failoverPriority().isEmpty())
                .ifPresent(_ -> warn(at.field("zoneAwareLbSetting")));
    }

    private void warn(FieldPath path) {
        findings.add(
                new Diagnostic(
                        DiagnosticCode.INEFFECTIVE_LOCALITY,
                        Severity.WARNING,
                        rule.origin(path),
                        "nothing fails over without outlierDetection",
                        "Set outlierDetection beside loadBalancer."));
    }
}
