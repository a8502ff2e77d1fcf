package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HealthCheck;
import dev.heddle.compiler.ir.HealthCheck.Probe;
import dev.heddle.compiler.select.BackendTrafficPolicies.InForce;
import dev.heddle.model.policy.BackendTrafficPolicy;
import dev.heddle.model.policy.BackendTrafficPolicy.HttpGet;
import dev.heddle.model.policy.BackendTrafficPolicy.HttpHeader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Lowers how endpoints are asked whether they are well.
final class HealthLowering {
    private HealthLowering() {}

    /// Empty where the policy asks nothing.
    static Optional<HealthCheck> lower(InForce<BackendTrafficPolicy.HealthCheck> policy) {
        BackendTrafficPolicy.HealthCheck spec = policy.says();
        return probe(spec)
                .map(probe ->
                        new HealthCheck(
                                probe,
                                Duration.ofSeconds(positive(spec.periodSeconds(), 10)),
                                Duration.ofSeconds(positive(spec.timeoutSeconds(), 1)),
                                positive(spec.failureThreshold(), 3),
                                positive(spec.successThreshold(), 1),
                                Math.clamp(spec.minHealthPercent().orElse(0), 0, 100),
                                policy.origin()));
    }

    private static Optional<Probe> probe(BackendTrafficPolicy.HealthCheck spec) {
        return spec.httpGet()
                .<Probe>map(HealthLowering::http)
                .or(() -> spec.grpc().map(call -> new Probe.Grpc(call.service())))
                .or(() -> spec.tcpSocket().map(_ -> new Probe.Tcp()));
    }

    private static Probe http(HttpGet get) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (HttpHeader header : get.httpHeaders()) {
            headers.put(header.name(), header.value());
        }
        return new Probe.Http(get.path().isEmpty() ? "/" : get.path(), get.host(), headers);
    }

    private static int positive(OptionalInt asked, int usual) {
        return asked.orElse(usual) < 1 ? usual : asked.orElse(usual);
    }
}
