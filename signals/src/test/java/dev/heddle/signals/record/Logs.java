package dev.heddle.signals.record;

import java.util.List;
import java.util.random.RandomGenerator;

/// Access logs to test with.
public final class Logs {
    private static final List<String> SERVICES = List.of("details", "ratings", "reviews");
    private static final List<String> FLAGS = List.of("UH", "UF", "UT", "DC");

    private Logs() {}

    /// A request of `web` to `reviews` v1 that was answered 200 after 5 ms.
    public static RequestLog one(long timeMicros, String requestId) {
        return of(timeMicros, requestId, "reviews", "v1", 200, 5_000, Side.SOURCE);
    }

    /// A request of `web`.
    ///
    /// @param service that is called, in namespace `default`
    public static RequestLog of(
            long timeMicros,
            String requestId,
            String service,
            String version,
            int code,
            long durationMicros,
            Side side) {
        return new RequestLog(
                timeMicros,
                new RequestLog.Reporter("sidecar~10.0.0.1~web.shop~shop.svc", side),
                new RequestLog.Ids(requestId, "0123456789abcdef0123456789abcdef", ""),
                new Party("web", "shop", "web", ""),
                new Party(
                        service + "-" + version,
                        "default",
                        service + ".default.svc.cluster.local",
                        version),
                new RequestLog.Request("http", "GET", service + ":9080", "/" + service + "/0"),
                new RequestLog.Outcome(
                        code,
                        -1,
                        code == 503 ? List.of("UF") : List.of(),
                        code == 503 ? "upstream_reset" : "via_upstream",
                        "",
                        durationMicros,
                        10,
                        100,
                        1),
                new RequestLog.Way(
                        "10.0.0.2:9080",
                        "outbound|9080||" + service + ".default.svc.cluster.local",
                        "default",
                        "",
                        "",
                        "7",
                        "10.0.0.1:4711",
                        Secure.YES,
                        ""));
    }

    /// Any request.
    public static RequestLog any(RandomGenerator random, long timeMicros) {
        String service = SERVICES.get(random.nextInt(SERVICES.size()));
        RequestLog log =
                of(
                        timeMicros,
                        Long.toHexString(random.nextLong()),
                        service,
                        "v" + (1 + random.nextInt(3)),
                        List.of(200, 200, 200, 404, 500, 503, 0).get(random.nextInt(7)),
                        (long) Math.exp(random.nextDouble() * 16),
                        Side.SOURCE);
        boolean isNowhere = random.nextInt(10) == 0;
        RequestLog.Outcome outcome = log.outcome();
        return new RequestLog(
                log.timeMicros(),
                log.reporter(),
                log.ids(),
                new Party("web-" + random.nextInt(3), "shop", "web", ""),
                isNowhere
                        ? new Party("", "default", log.destination().service(), "")
                        : log.destination(),
                log.request(),
                new RequestLog.Outcome(
                        outcome.code(),
                        outcome.grpcStatus(),
                        random.nextInt(4) == 0
                                ? List.of(FLAGS.get(random.nextInt(FLAGS.size())))
                                : List.of(),
                        outcome.details(),
                        outcome.reason(),
                        outcome.durationMicros(),
                        random.nextInt(1_000),
                        random.nextInt(10_000),
                        1),
                log.way());
    }

    /// The same as the proxy at the other end tells it, which took a little less time.
    public static RequestLog otherEnd(RequestLog log) {
        RequestLog.Outcome outcome = log.outcome();
        return new RequestLog(
                log.timeMicros() + 50,
                new RequestLog.Reporter(
                        "sidecar~10.0.0.2~" + log.destination().workload() + ".default~default.svc",
                        Side.DESTINATION),
                log.ids(),
                log.source(),
                log.destination(),
                log.request(),
                new RequestLog.Outcome(
                        outcome.code(),
                        outcome.grpcStatus(),
                        outcome.flags(),
                        outcome.details(),
                        outcome.reason(),
                        Math.max(0, outcome.durationMicros() - 100),
                        outcome.received(),
                        outcome.sent(),
                        1),
                log.way());
    }
}
