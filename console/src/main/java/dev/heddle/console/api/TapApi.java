package dev.heddle.console.api;

import dev.heddle.control.access.Role;
import dev.heddle.control.push.TunedProxy;
import dev.heddle.control.push.Tuning;
import dev.heddle.control.view.Mesh;
import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.tap.Tap;
import dev.heddle.signals.tap.TapFilter;
import dev.heddle.signals.tap.Taps;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// Shows requests while they are made: has proxies tell of all of them for as long as somebody
/// looks, and hands him those that he asked for.
///
/// What is shown is what is kept: no header, no body, and of a path what stands before `?`.
final class TapApi {
    /// What proxies tell a share of their requests by.
    private static final String SHARE = "heddle.signals.share";

    private static final double ALL = 100;
    private static final int USUAL_SECONDS = 300;
    private static final int MOST_SECONDS = 3_600;
    private static final int USUAL_RATE = 100;
    private static final int MOST_RATE = 1_000;
    private static final int LONGEST_NAME = 253;

    /// After so long without a request it is said that it goes on, so that a caller who went is
    /// noticed.
    private static final Duration SIGN = Duration.ofSeconds(1);

    private static final long PATIENCE_SECONDS = 5;

    private final Mesh mesh;
    private final Optional<Signals> signals;
    private final AuditApi audit;
    private final LongSupplier nanos;

    /// @param signals by which proxies tell; empty where nothing is taken
    /// @param nanos for durations: never goes back
    TapApi(Mesh mesh, Optional<Signals> signals, AuditApi audit, LongSupplier nanos) {
        this.mesh = mesh;
        this.signals = signals;
        this.audit = audit;
        this.nanos = nanos;
    }

    /// What is asked for. What is empty does not narrow it.
    ///
    /// @param own a workload whose proxy is to tell, or the service that it is of
    private record Wish(
            String namespace,
            String from,
            String to,
            String own,
            Optional<TapFilter> filter,
            int seconds,
            int rate) {

        static Wish of(ApiRequest request) {
            return new Wish(
                    name(request, "namespace"),
                    name(request, "from"),
                    name(request, "to"),
                    name(request, "workload"),
                    request.parameter("filter").map(TapFilter::of),
                    number(request, "seconds", USUAL_SECONDS, MOST_SECONDS),
                    number(request, "rate", USUAL_RATE, MOST_RATE));
        }

        /// As long as the name of a host may be.
        private static String name(ApiRequest request, String parameter) {
            String said = request.parameter(parameter).orElse("");
            if (said.length() > LONGEST_NAME) {
                throw new IllegalArgumentException(
                        "%s: %d characters (expected: at most %d)"
                                .formatted(parameter, said.length(), LONGEST_NAME));
            }
            return said;
        }

        private static int number(ApiRequest request, String name, int usual, int most) {
            String said = request.parameter(name).orElse(Integer.toString(usual));
            if (!said.matches("[0-9]{1,6}")
                    || Integer.parseInt(said) < 1
                    || Integer.parseInt(said) > most) {
                throw new IllegalArgumentException(
                        "%s: '%s' (expected: 1 to %d)".formatted(name, said, most));
            }
            return Integer.parseInt(said);
        }

        boolean takes(TunedProxy proxy) {
            boolean isAnEnd =
                    (from.isEmpty() && to.isEmpty())
                            || is(from, proxy.workload(), proxy.service())
                            || is(to, proxy.workload(), proxy.service());
            return isAnEnd
                    && (namespace.isEmpty() || namespace.equals(proxy.namespace()))
                    && (own.isEmpty() || is(own, proxy.workload(), proxy.service()));
        }

        boolean takes(RequestLog log) {
            var teller = Edge.of(log).own();
            return (namespace.isEmpty() || namespace.equals(teller.namespace()))
                    && (own.isEmpty() || is(own, teller.workload(), teller.service()))
                    && (from.isEmpty() || is(from, log.source().workload(), log.source().service()))
                    && (to.isEmpty()
                            || is(to, log.destination().workload(), log.destination().service()))
                    && (filter.isEmpty() || filter.get().test(log));
        }

        private static boolean is(String name, String workload, String service) {
            return !name.isEmpty()
                    && (name.equals(workload)
                            || name.equals(service)
                            || service.startsWith(name + "."));
        }

        /// For the audit log; an expression may hold what is nobody's business.
        String text() {
            return "tap%s%s%s for %d s"
                    .formatted(
                            from.isEmpty() ? "" : " from " + from,
                            to.isEmpty() ? "" : " to " + to,
                            own.isEmpty() ? "" : " of " + own,
                            seconds);
        }
    }

    ApiResponse tap(Call call) {
        if (signals.isEmpty()) {
            return ApiResponse.error(
                    503,
                    "proxies are not listened to",
                    "the control plane",
                    "Start it without --no-signals");
        }
        Wish wish;
        try {
            wish = Wish.of(call.request());
        } catch (IllegalArgumentException e) {
            return ApiResponse.error(
                    400, String.valueOf(e.getMessage()), "query", "Mend it and ask again");
        }
        if (!wish.namespace().isEmpty()) {
            Optional<ApiResponse> objection =
                    Rule.objection(call.caller(), Role.OPERATOR, wish.namespace());
            if (objection.isPresent()) {
                return objection.get();
            }
        }
        Predicate<String> allowed = namespace -> call.caller().may(Role.OPERATOR, namespace);
        Optional<Tap> tap =
                signals.get()
                        .taps()
                        .open(log ->
                                allowed.test(Edge.of(log).own().namespace()) && wish.takes(log));
        if (tap.isEmpty()) {
            return ApiResponse.error(
                    429,
                    "%d taps are open already".formatted(Taps.MOST),
                    "the control plane",
                    "Wait until one has ended; each does by itself");
        }
        audit.note(call.caller(), wish.text(), wish.namespace());
        return ApiResponse.stream(
                new Watch(
                        tap.get(),
                        wish,
                        mesh.tune(
                                proxy -> allowed.test(proxy.namespace()) && wish.takes(proxy),
                                SHARE,
                                ALL)));
    }

    private static Node.Mapping proxy(TunedProxy proxy) {
        var labels = new TreeMap<String, Node>();
        proxy.labels().forEach((name, value) -> labels.put(name, Node.of(value)));
        return Node.Mapping.EMPTY
                .with("id", proxy.id())
                .with("name", proxy.name())
                .with("namespace", proxy.namespace())
                .with("labels", Node.Mapping.of(labels))
                .with("kind", proxy.kind());
    }

    /// One who looks. That it ends in time does not depend on him: one who takes nothing of what is
    /// sent holds his own thread, but no proxy tells more for his sake.
    private final class Watch implements ApiStream {
        private final Tap tap;
        private final Wish wish;
        private final Tuning tuning;
        private final Pace pace;
        private final long begin = nanos.getAsLong();
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        Watch(Tap tap, Wish wish, Tuning tuning) {
            this.tap = tap;
            this.wish = wish;
            this.tuning = tuning;
            this.pace = new Pace(wish.rate(), begin);
            var _ =
                    over.completeOnTimeout(null, wish.seconds() + 1L, TimeUnit.SECONDS)
                            .thenRun(() -> {
                                tuning.close();
                                tap.close();
                            });
        }

        @Override
        public void run(Lines lines) throws IOException, InterruptedException {
            lines.send(begin());
            long limit = TimeUnit.SECONDS.toNanos(wish.seconds());
            long told = 0;
            long signedAt = begin;
            for (long now = begin; now - begin < limit; now = nanos.getAsLong()) {
                long left = Math.min(SIGN.toNanos(), limit - (now - begin));
                Optional<RequestLog> log = tap.next(Duration.ofNanos(Math.max(1_000_000, left)));
                long at = nanos.getAsLong();
                if (log.isPresent() && pace.takes(at)) {
                    lines.send(SignalViews.log(log.get()).with("kind", "log"));
                }
                if (tap.isClosed()) {
                    lines.send(counts("end").with("why", "the control plane is shutting down"));
                    return;
                }
                if (at - signedAt >= SIGN.toNanos()) {
                    signedAt = at;
                    long missed = tap.dropped() + pace.refused();
                    lines.send(missed > told ? counts("missed") : counts("alive"));
                    told = missed;
                }
            }
            lines.send(counts("end").with("why", "the time is over"));
        }

        private Node begin() {
            List<TunedProxy> proxies =
                    tuning.connected().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            return Node.Mapping.EMPTY
                    .with("kind", "begin")
                    .with("proxies", proxies.stream().map(TapApi::proxy).toList())
                    .with("seconds", wish.seconds())
                    .with("rate", wish.rate());
        }

        private Node.Mapping counts(String kind) {
            return Node.Mapping.EMPTY
                    .with("kind", kind)
                    .with("overRate", pace.refused())
                    .with("dropped", tap.dropped());
        }

        @Override
        public void close() {
            over.complete(null);
        }
    }
}
