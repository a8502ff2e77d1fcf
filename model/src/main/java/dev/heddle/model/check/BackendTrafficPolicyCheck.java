package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.BackendTrafficPolicy;
import dev.heddle.model.policy.BackendTrafficPolicy.CircuitBreaker;
import dev.heddle.model.policy.BackendTrafficPolicy.HealthCheck;
import dev.heddle.model.policy.BackendTrafficPolicy.HttpGet;
import dev.heddle.model.policy.BackendTrafficPolicy.LoadBalancer;
import dev.heddle.model.policy.BackendTrafficPolicy.SessionAffinity;
import dev.heddle.model.policy.BackendTrafficPolicy.SessionCookie;
import dev.heddle.model.policy.TargetRef;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// Looks at BackendTrafficPolicies.
final class BackendTrafficPolicyCheck implements Check<BackendTrafficPolicy> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private static final Duration LEAST_WINDOW = Duration.ofMillis(10);
    private static final int MOST = 1_000_000;
    private static final Pattern COOKIE = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");
    private static final Pattern COOKIE_PATH = Pattern.compile("/[\\x21-\\x3a\\x3c-\\x7e]*");

    @Override
    public void check(Resource<BackendTrafficPolicy> resource, Findings findings) {
        BackendTrafficPolicy spec = resource.spec();
        if (spec.targetRefs().isEmpty()) {
            findings.missing(
                    SPEC.field("targetRefs"),
                    "'targetRefs' is missing (expected: [{kind: Service, name: reviews}])");
        }
        for (int i = 0; i < spec.targetRefs().size(); i++) {
            checkTarget(spec.targetRefs().get(i), SPEC.field("targetRefs").index(i), findings);
        }
        boolean saysNothing =
                spec.healthCheck().isEmpty()
                        && spec.loadBalancer().isEmpty()
                        && spec.sessionAffinity().isEmpty()
                        && spec.circuitBreaker().isEmpty();
        if (saysNothing) {
            findings.missing(
                    SPEC,
                    "it says nothing (expected: healthCheck, loadBalancer, sessionAffinity,"
                            + " circuitBreaker)");
        }
        spec.circuitBreaker()
                .ifPresent(it -> checkBreaker(it, SPEC.field("circuitBreaker"), findings));
        spec.loadBalancer()
                .ifPresent(it -> checkBalancer(it, SPEC.field("loadBalancer"), findings));
        spec.healthCheck().ifPresent(it -> checkHealth(it, SPEC.field("healthCheck"), findings));
        spec.sessionAffinity()
                .ifPresent(it -> checkSession(it, SPEC.field("sessionAffinity"), findings));
    }

    private static void checkBalancer(LoadBalancer balancer, FieldPath path, Findings findings) {
        if (balancer.peakEwma().isEmpty()) {
            findings.missing(path, "it says nothing (expected: peakEwma)");
        }
        balancer.peakEwma()
                .ifPresent(it -> {
                    FieldPath at = path.field("peakEwma");
                    Values.checkDuration(it.decayTime(), at.field("decayTime"), findings);
                    Values.checkLimit(it.maxRetryAfter(), at.field("maxRetryAfter"), findings);
                    checkDay(it.decayTime(), at.field("decayTime"), findings);
                    checkDay(it.maxRetryAfter(), at.field("maxRetryAfter"), findings);
                });
    }

    private static void checkBreaker(CircuitBreaker breaker, FieldPath path, Findings findings) {
        if (breaker.errorPercent().isEmpty() && breaker.slow().isEmpty()) {
            findings.missing(path, "it never opens (expected: errorPercent, slow)");
        }
        Values.checkDuration(breaker.window(), path.field("window"), findings);
        breaker.window()
                .filter(it -> it.compareTo(LEAST_WINDOW) < 0 && it.isPositive())
                .ifPresent(it ->
                        findings.invalid(
                                path.field("window"), it.toMillis() + "ms", "at least 10ms"));
        Values.checkDuration(breaker.breakDuration(), path.field("breakDuration"), findings);
        checkDay(breaker.window(), path.field("window"), findings);
        checkDay(breaker.breakDuration(), path.field("breakDuration"), findings);
        checkCount(breaker.minRequests(), path.field("minRequests"), findings);
        checkCount(breaker.probes(), path.field("probes"), findings);
        Values.checkShare(breaker.errorPercent(), path.field("errorPercent"), findings);
        breaker.slow()
                .ifPresent(it -> {
                    FieldPath at = path.field("slow");
                    Values.checkDuration(
                            Optional.of(it.threshold()), at.field("threshold"), findings);
                    checkDay(Optional.of(it.threshold()), at.field("threshold"), findings);
                    Values.checkShare(it.percent(), at.field("percent"), findings);
                });
    }

    private static void checkCount(OptionalInt count, FieldPath path, Findings findings) {
        if (count.orElse(1) < 1 || count.orElse(1) > MOST) {
            findings.invalid(path, count.getAsInt(), "1 to " + MOST);
        }
    }

    private static void checkDay(Optional<Duration> time, FieldPath path, Findings findings) {
        time.filter(it -> it.compareTo(Duration.ofDays(1)) > 0)
                .ifPresent(it -> findings.invalid(path, it.toSeconds() + "s", "at most 24h"));
    }

    private static void checkSession(SessionAffinity session, FieldPath path, Findings findings) {
        if (session.cookie().isPresent() == session.header().isPresent()) {
            findings.error(
                    path,
                    (session.cookie().isPresent() ? "both" : "none")
                            + " of cookie and header (expected: one of them)");
        }
        session.cookie().ifPresent(it -> checkCookie(it, path.field("cookie"), findings));
        session.header()
                .filter(it -> !Values.isHeaderName(it.name()))
                .ifPresent(it ->
                        findings.invalid(
                                path.field("header").field("name"), it.name(), "a header's name"));
    }

    private static void checkCookie(SessionCookie cookie, FieldPath path, Findings findings) {
        if (!COOKIE.matcher(cookie.name()).matches()) {
            findings.invalid(
                    path.field("name"), cookie.name(), "a cookie's name, as in basket-host");
        }
        if (!cookie.path().isEmpty() && !COOKIE_PATH.matcher(cookie.path()).matches()) {
            findings.invalid(path.field("path"), cookie.path(), "a path, as in /shop");
        }
        cookie.ttl()
                .filter(it -> it.isNegative() || it.toNanosPart() != 0)
                .ifPresent(it ->
                        findings.invalid(
                                path.field("ttl"),
                                it.toMillis() + "ms",
                                "whole seconds, as in 1h"));
    }

    private static void checkTarget(TargetRef target, FieldPath path, Findings findings) {
        if (!Targets.isService(target)) {
            findings.invalid(path.field("kind"), Targets.type(target), Targets.SERVICES);
        }
    }

    private static void checkHealth(HealthCheck check, FieldPath path, Findings findings) {
        int probes = 0;
        probes += check.httpGet().isPresent() ? 1 : 0;
        probes += check.tcpSocket().isPresent() ? 1 : 0;
        probes += check.grpc().isPresent() ? 1 : 0;
        if (probes != 1) {
            findings.error(path, probes + " probes (expected: one of httpGet, tcpSocket and grpc)");
        }
        check.httpGet().ifPresent(get -> checkGet(get, path.field("httpGet"), findings));
        checkPositive(check.periodSeconds(), path.field("periodSeconds"), findings);
        checkPositive(check.timeoutSeconds(), path.field("timeoutSeconds"), findings);
        checkPositive(check.failureThreshold(), path.field("failureThreshold"), findings);
        checkPositive(check.successThreshold(), path.field("successThreshold"), findings);
        Values.checkPercent(
                check.minHealthPercent().orElse(0), path.field("minHealthPercent"), findings);
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

    private static void checkPositive(OptionalInt value, FieldPath path, Findings findings) {
        if (value.orElse(1) < 1) {
            findings.invalid(path, value.getAsInt(), ">= 1");
        }
    }
}
