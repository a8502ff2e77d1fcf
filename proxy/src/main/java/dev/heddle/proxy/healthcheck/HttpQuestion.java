package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.health.HealthCheck.Probe;
import dev.heddle.proxy.upstream.health.HealthCheck.Statuses;
import dev.heddle.proxy.upstream.health.HealthCheckStat;
import dev.heddle.proxy.upstream.health.HostCheck;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A request of HTTP, whose status and body are looked at, as Envoy does.
@Confined("worker")
final class HttpQuestion implements Question {
    private static final String AGENT = "Envoy/HC";
    private static final HeaderName CLUSTER =
            HeaderName.of("x-envoy-upstream-healthchecked-cluster");
    private static final HeaderName DEGRADED = HeaderName.of("x-envoy-degraded");

    private final Probe.Http probe;
    private final String authority;
    private final Received received;
    private int status;
    private String service = "";
    private boolean isDegraded;
    private boolean isExcluded;

    HttpQuestion(Probe.Http probe, String authority) {
        this.probe = probe;
        this.authority = authority;
        this.received =
                new Received(
                        probe.receive(),
                        probe.bufferBytes() == 0
                                ? Received.MOST
                                : (int) Math.min(Received.MOST, probe.bufferBytes()));
    }

    @Override
    public boolean isHttp2() {
        return probe.isHttp2();
    }

    @Override
    public RequestHead head(String scheme) {
        received.clear();
        RequestHead head = RequestHead.of(probe.method(), scheme, authority, probe.path());
        head.headers().set(HeaderName.USER_AGENT, AGENT);
        probe.removed().forEach(name -> head.headers().remove(HeaderName.of(name)));
        Question.add(probe.headers(), head.headers());
        if (!probe.body().isEmpty()) {
            head.headers().set(HeaderName.CONTENT_LENGTH, probe.body().size());
        }
        return head;
    }

    @Override
    public byte @Nullable [] body() {
        return probe.body().isEmpty() ? null : probe.body().toByteArray();
    }

    @Override
    public void onHead(ResponseHead head) {
        Headers headers = head.headers();
        status = head.status();
        String said = headers.get(CLUSTER);
        service = said == null ? "" : said;
        isDegraded = headers.contains(DEGRADED);
        isExcluded = headers.contains(HeaderName.X_ENVOY_IMMEDIATE_HEALTH_CHECK_FAIL);
    }

    @Override
    public void onBody(ByteBuf bytes) {
        received.add(bytes);
    }

    @Override
    public Verdict verdict(HostCheck check, @Nullable Headers trailers) {
        boolean isStatus = Statuses.contain(probe.expected(), status);
        boolean isBody = received.isExpected();
        if (!isStatus || !isBody) {
            if (isExcluded) {
                check.exclude();
            }
            return isBody && Statuses.contain(probe.retriable(), status)
                    ? Verdict.RETRIABLE
                    : Verdict.FAILED;
        }
        if (probe.service().isPresent()) {
            check.count(HealthCheckStat.VERIFY_CLUSTER);
            if (!probe.service().get().test(service)) {
                return Verdict.FAILED;
            }
        }
        return isDegraded ? Verdict.DEGRADED : Verdict.PASSED;
    }
}
