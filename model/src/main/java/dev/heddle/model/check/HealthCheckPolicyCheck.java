package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.HealthCheckPolicy;
import dev.heddle.model.policy.HealthCheckPolicy.HttpGet;
import dev.heddle.model.policy.HealthCheckPolicy.TargetRef;
import java.util.OptionalInt;

/// Looks at HealthCheckPolicies.
final class HealthCheckPolicyCheck implements Check<HealthCheckPolicy> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    @Override
    public void check(Resource<HealthCheckPolicy> resource, Findings findings) {
        HealthCheckPolicy spec = resource.spec();
        if (spec.targetRefs().isEmpty()) {
            findings.missing(
                    SPEC.field("targetRefs"),
                    "'targetRefs' is missing (expected: [{kind: Service, name: reviews}])");
        }
        for (int i = 0; i < spec.targetRefs().size(); i++) {
            checkTarget(spec.targetRefs().get(i), SPEC.field("targetRefs").index(i), findings);
        }
        int probes = 0;
        probes += spec.httpGet().isPresent() ? 1 : 0;
        probes += spec.tcpSocket().isPresent() ? 1 : 0;
        probes += spec.grpc().isPresent() ? 1 : 0;
        if (probes != 1) {
            findings.error(SPEC, probes + " probes (expected: one of httpGet, tcpSocket and grpc)");
        }
        spec.httpGet().ifPresent(get -> checkGet(get, SPEC.field("httpGet"), findings));
        checkPositive(spec.periodSeconds(), "periodSeconds", findings);
        checkPositive(spec.timeoutSeconds(), "timeoutSeconds", findings);
        checkPositive(spec.failureThreshold(), "failureThreshold", findings);
        checkPositive(spec.successThreshold(), "successThreshold", findings);
        Values.checkPercent(
                spec.minHealthPercent().orElse(0), SPEC.field("minHealthPercent"), findings);
    }

    private static void checkTarget(TargetRef target, FieldPath path, Findings findings) {
        boolean isService = target.kind().equals("Service") && target.group().isEmpty();
        boolean isEntry =
                target.kind().equals("ServiceEntry")
                        && target.group().equals("networking.istio.io");
        if (!isService && !isEntry) {
            findings.invalid(
                    path.field("kind"),
                    target.group().isEmpty() ? target.kind() : target.kind() + "." + target.group(),
                    "Service, or ServiceEntry of the group networking.istio.io");
        }
    }

    private static void checkGet(HttpGet get, FieldPath path, Findings findings) {
        if (!get.path().isEmpty() && !get.path().startsWith("/")) {
            findings.invalid(path.field("path"), get.path(), "a path, as in /healthz");
        }
        for (int i = 0; i < get.httpHeaders().size(); i++) {
            String name = get.httpHeaders().get(i).name();
            if (!Values.isHeaderName(name)) {
                findings.invalid(
                        path.field("httpHeaders").index(i).field("name"), name, "a header's name");
            }
        }
    }

    private static void checkPositive(OptionalInt value, String field, Findings findings) {
        if (value.orElse(1) < 1) {
            findings.invalid(SPEC.field(field), value.getAsInt(), ">= 1");
        }
    }
}
