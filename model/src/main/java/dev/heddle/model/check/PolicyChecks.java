package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.TargetedPolicy;
import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What policies are attached to.
final class PolicyChecks {
    private static final Pattern GROUP =
            Pattern.compile(
                    "(?:[a-z0-9]([-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?");
    private static final Pattern KIND = Pattern.compile("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?");
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final int MAX_TARGETS = 16;

    private PolicyChecks() {}

    static void checkSelector(LabelSelector selector, FieldPath path, Findings findings) {
        Names.checkSelector(selector.matchLabels(), path.field("matchLabels"), findings);
        if (selector.matchLabels().isEmpty()) {
            findings.warn(
                    path,
                    "without labels it chooses every workload",
                    "Remove it, if that is meant.");
        }
    }

    /// A policy has a selector or targets, not both.
    static void checkTargets(TargetedPolicy policy, Findings findings) {
        Optional<LabelSelector> selector = policy.selector();
        Optional<PolicyTargetReference> target = policy.targetRef();
        checkTargets(policy.targetRefs(), findings);
        selector.ifPresent(s -> checkSelector(s, SPEC.field("selector"), findings));
        target.ifPresent(t -> checkTarget(t, SPEC.field("targetRef"), findings));
        if (selector.isPresent() && target.isPresent()) {
            findings.exclusive(SPEC.field("targetRef"), "selector", "targetRef");
        }
        if (selector.isPresent() && !policy.targetRefs().isEmpty()) {
            findings.exclusive(SPEC.field("targetRefs"), "selector", "targetRefs");
        }
        if (target.isPresent() && !policy.targetRefs().isEmpty()) {
            findings.exclusive(SPEC.field("targetRefs"), "targetRef", "targetRefs");
        }
    }

    /// @param targets of `targetRefs`
    static void checkTargets(List<PolicyTargetReference> targets, Findings findings) {
        for (int i = 0; i < targets.size(); i++) {
            checkTarget(targets.get(i), SPEC.field("targetRefs").index(i), findings);
        }
        if (targets.size() > MAX_TARGETS) {
            findings.invalid(SPEC.field("targetRefs"), targets.size(), "at most " + MAX_TARGETS);
        }
    }

    private static void checkTarget(
            PolicyTargetReference target, FieldPath path, Findings findings) {
        if (!target.namespace().isEmpty()) {
            findings.invalid(
                    path.field("namespace"), target.namespace(), "empty: only the own is reached");
        }
        if (!GROUP.matcher(target.group()).matches()) {
            findings.invalid(path.field("group"), target.group(), "an API group");
        }
        if (!KIND.matcher(target.kind()).matches()) {
            findings.invalid(path.field("kind"), target.kind(), "a kind");
        }
        String kind = target.kind() + "." + target.group();
        if (!List.of(
                        "Gateway.gateway.networking.k8s.io",
                        "GatewayClass.gateway.networking.k8s.io",
                        "Service.",
                        "Service.core",
                        "ServiceEntry.networking.istio.io")
                .contains(kind)) {
            findings.invalid(path, kind, "a Gateway, GatewayClass, Service or ServiceEntry");
        }
    }
}
