package dev.heddle.model.check;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.ServiceLevelObjective;
import dev.heddle.model.policy.ServiceLevelObjective.Indicator;
import dev.heddle.model.policy.TargetRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Looks at ServiceLevelObjectives.
final class ServiceLevelObjectiveCheck implements Check<ServiceLevelObjective> {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final List<String> TARGETS =
            List.of("Service", "ServiceEntry.networking.istio.io", "Workload.heddle.dev");
    private static final Duration SHORTEST = Duration.ofHours(1);

    /// Nothing slower is told apart by what is kept.
    private static final Duration SLOWEST = Duration.ofHours(1);

    @Override
    public void check(Resource<ServiceLevelObjective> resource, Findings findings) {
        ServiceLevelObjective spec = resource.spec();
        spec.targetRef().ifPresent(it -> checkTarget(it, SPEC.field("targetRef"), findings));
        spec.indicator().ifPresent(it -> checkIndicator(it, SPEC.field("indicator"), findings));
        spec.objective().ifPresent(it -> checkObjective(it, findings));
        checkWindow(spec, findings);
    }

    private static void checkTarget(TargetRef target, FieldPath path, Findings findings) {
        String type =
                target.group().isEmpty() ? target.kind() : target.kind() + "." + target.group();
        if (!TARGETS.contains(type)) {
            findings.invalid(path.field("kind"), type, String.join(", ", TARGETS));
        }
        if (!target.sectionName().isEmpty()) {
            findings.invalid(
                    path.field("sectionName"),
                    target.sectionName(),
                    "none: calls are not kept by port; 'route' names those of a route");
        }
    }

    private static void checkIndicator(Indicator indicator, FieldPath path, Findings findings) {
        if (indicator.availability().isPresent() == indicator.latency().isPresent()) {
            findings.error(
                    path,
                    (indicator.latency().isPresent() ? "both" : "none")
                            + " of availability and latency (expected: one of them)");
        }
        indicator
                .latency()
                .ifPresent(it -> {
                    FieldPath at = path.field("latency").field("threshold");
                    Values.checkDuration(Optional.of(it.threshold()), at, findings);
                    if (it.threshold().compareTo(SLOWEST) > 0) {
                        findings.invalid(at, it.threshold().toSeconds() + "s", "at most 1h");
                    }
                });
    }

    /// Of 100 percent nothing may ever fail: the budget is nothing, and no burn rate is finite.
    private static void checkObjective(double objective, Findings findings) {
        if (!(objective > 0 && objective < 100)) {
            findings.error(
                    DiagnosticCode.INVALID_VALUE,
                    SPEC.field("objective"),
                    objective + " (expected: above 0 and below 100)",
                    objective == 100
                            ? "An objective of 100 leaves no budget for errors: it would burn for"
                                    + " ever after the first. Say 99.99, or what users notice"
                            : "It is in percent, as in 99.9.");
        }
    }

    private static void checkWindow(ServiceLevelObjective spec, Findings findings) {
        boolean isGood =
                spec.length()
                        .filter(it -> it.compareTo(SHORTEST) >= 0)
                        .filter(it -> it.compareTo(ServiceLevelObjective.LONGEST) <= 0)
                        .isPresent();
        if (!isGood) {
            findings.invalid(
                    SPEC.field("window"),
                    spec.window(),
                    "1h to 30d, as sums of calls are kept for 30 days");
        }
    }
}
