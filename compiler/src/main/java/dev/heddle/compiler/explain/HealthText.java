package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.CircuitBreaker;
import dev.heddle.compiler.ir.Health;
import dev.heddle.compiler.ir.HealthCheck;
import dev.heddle.compiler.ir.OutlierDetection;
import java.util.StringJoiner;

/// Tells how a cluster knows whether its hosts are well.
final class HealthText {
    private HealthText() {}

    /// As a part of a cluster's line.
    static String of(Health health) {
        return health.outliers().map(HealthText::of).orElse("")
                + health.check().map(HealthText::of).orElse("")
                + (health.keepsSessions() ? ", draining hosts keep their sessions" : "")
                + health.breaker().map(HealthText::of).orElse("");
    }

    private static String of(CircuitBreaker breaker) {
        var when = new StringJoiner(" or ");
        breaker.errorPercent().ifPresent(it -> when.add(it + " % errors"));
        breaker.slow().ifPresent(it -> when.add(it.percent() + " % slower than " + it.threshold()));
        return ", no requests for %s after %s of at least %d in %s, then %d to see (not in Envoy)"
                .formatted(
                        breaker.breakDuration(),
                        when,
                        breaker.minRequests(),
                        breaker.window(),
                        breaker.probes());
    }

    private static String of(HealthCheck check) {
        String asked =
                switch (check.probe()) {
                    case HealthCheck.Probe.Http(String path, _, _) -> "GET " + path;
                    case HealthCheck.Probe.Tcp() -> "a connection";
                    case HealthCheck.Probe.Grpc(String service) ->
                            service.isEmpty() ? "gRPC" : "gRPC of " + service;
                };
        return (", hosts asked every %s by %s within %s, left out after %d failures until %d"
                        + " successes")
                .formatted(
                        check.period(),
                        asked,
                        check.timeout(),
                        check.failures(),
                        check.successes());
    }

    private static String of(OutlierDetection outliers) {
        var text = new StringJoiner(", ", ", hosts ejected after ", "");
        var errors = new StringJoiner(" or ");
        int inARow = outliers.consecutive5xx().orElse(5);
        String what = outliers.errorCodes().isEmpty() ? " errors" : " of " + outliers.errorCodes();
        if (inARow > 0) {
            errors.add(inARow + what);
        }
        outliers.consecutiveGateway()
                .ifPresent(n -> {
                    if (n > 0) {
                        errors.add(n + " of a gateway");
                    }
                });
        if (outliers.splitsLocalOrigin()) {
            errors.add(outliers.consecutiveLocalOrigin().orElse(5) + " of connections");
        }
        text.add(errors.length() == 0 ? "no errors" : errors + " in a row");
        outliers.interval().ifPresent(t -> text.add("looked at every " + t));
        outliers.baseEjectionTime().ifPresent(t -> text.add("for " + t));
        outliers.maxEjectionPercent().ifPresent(n -> text.add("at most " + n + " %"));
        if (outliers.minHealthPercent() > 0) {
            text.add("all used below " + outliers.minHealthPercent() + " % healthy");
        }
        return text.toString();
    }
}
