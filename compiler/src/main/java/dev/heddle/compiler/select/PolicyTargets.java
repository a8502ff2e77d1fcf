package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.istio.TargetedPolicy;
import dev.heddle.model.match.PolicyTargetReference;
import java.util.List;
import java.util.Map;

/// Says which workloads a policy is for, within its own namespace or, if it is one of the root
/// namespace, within any.
final class PolicyTargets {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String GATEWAY_GROUP = "gateway.networking.k8s.io";

    private PolicyTargets() {}

    /// A policy with targets is for gateways of that name and for nobody else; one without is for
    /// those that its selector chooses.
    static boolean choose(
            Resource<? extends TargetedPolicy> policy,
            String namespace,
            Map<String, String> labels) {
        List<PolicyTargetReference> targets = policy.spec().targets();
        if (targets.isEmpty()) {
            return policy.spec().selector().map(s -> s.matches(labels)).orElse(true);
        }
        String gateway = labels.get(GATEWAY_NAME);
        return gateway != null
                && policy.metadata().namespace().equals(namespace)
                && targets.stream()
                        .anyMatch(target ->
                                target.kind().equals("Gateway")
                                        && target.group().equals(GATEWAY_GROUP)
                                        && target.name().equals(gateway)
                                        && (target.namespace().isEmpty()
                                                || target.namespace().equals(namespace)));
    }
}
