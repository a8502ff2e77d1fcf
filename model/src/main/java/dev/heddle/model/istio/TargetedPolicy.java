package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import java.util.List;
import java.util.Optional;

/// A policy that says whom it is for: workloads by a selector, or resources by name, not both.
/// Without either it is for every workload of its namespace.
public interface TargetedPolicy {
    /// The workloads that it is for.
    Optional<LabelSelector> selector();

    /// The resource that it is for: Istio's older form of [#targetRefs()], which counts where there
    /// is none of the newer.
    default Optional<PolicyTargetReference> targetRef() {
        return Optional.empty();
    }

    /// The resources that it is for, as said.
    List<PolicyTargetReference> targetRefs();

    /// The resources that it is for, in whichever form.
    default List<PolicyTargetReference> targets() {
        return targetRefs().isEmpty() ? targetRef().stream().toList() : targetRefs();
    }
}
