package dev.heddle.proxy.filter.healthcheck;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import java.util.List;

/// Answers health checks: 200, or 503 while an operator has the proxy fail. Meanwhile other answers
/// tell who asks that it need not wait for its next health check.
@Confined("worker")
public final class HealthCheckFilter implements HttpFilter {
    private static final HeaderName CHECKED_CLUSTER =
            HeaderName.of("x-envoy-upstream-healthchecked-cluster");
    private static final HeaderName FAILS_NOW =
            HeaderName.of("x-envoy-immediate-health-check-fail");

    private static final Verdict OK =
            new Verdict.Reply(LocalReply.configured(200, "health_check_ok", "", List.of()));
    private static final Verdict FAILED =
            new Verdict.Reply(LocalReply.of(503, ResponseFlag.LH, "health_check_failed", ""));

    private final HealthCheckConfig config;
    private final FilterContext context;
    private boolean isCheck;

    public HealthCheckFilter(HealthCheckConfig config, FilterContext context) {
        this.config = config;
        this.context = context;
    }

    private boolean isFailing() {
        return context.drains().get().isFailing();
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        isCheck = config.isCheck(exchange.request());
        if (isCheck) {
            exchange.info().setHealthCheck();
        }
        if (isCheck && isFailing()) {
            return FAILED;
        }
        return isCheck && !config.passesThrough() ? OK : Verdict.CONTINUE;
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        if (isCheck) {
            response.headers().set(CHECKED_CLUSTER, context.localCluster());
        }
        if (isFailing()) {
            response.headers().set(FAILS_NOW, "true");
        }
    }

    @Override
    public void onComplete(Exchange exchange) {
        isCheck = false;
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
