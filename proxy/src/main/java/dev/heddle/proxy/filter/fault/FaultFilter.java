package dev.heddle.proxy.filter.fault;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.filter.fault.FaultConfig.Answer;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Fails a share of requests on purpose: has them wait, answers them with an error, slows their
/// responses down. These are decided apart, and an abort comes after a delay.
@Confined("worker")
public final class FaultFilter implements HttpFilter {
    private static final HeaderName CALLER = HeaderName.of("x-envoy-downstream-service-cluster");
    private static final String ACTIVE = "fault.active_faults";
    private static final String TEXT = "fault filter abort";
    private static final String DETAILS = "fault_filter_abort";

    private final FaultConfig config;
    private @Nullable Deadline delay;

    /// Bytes a second; 0 for as fast as they come.
    private long bytesPerSecond;

    private @Nullable SlowBody slowed;
    private boolean isActive;
    private boolean isAborted;

    public FaultFilter(FaultConfig config) {
        this.config = config;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        if (!config.requests().test(exchange.request()) || !isOnTheWay(exchange)) {
            return Verdict.CONTINUE;
        }
        slow(exchange);
        long millis = delayMillis(exchange);
        if (millis > 0 && isAllowed(exchange)) {
            count(exchange, "delays_injected");
            exchange.info().flag(ResponseFlag.DI);
            Deadline waiting = exchange.worker().deadline(() -> onDelayed(exchange));
            delay = waiting;
            waiting.set(TimeUnit.MILLISECONDS.toNanos(millis));
            return Verdict.AWAIT;
        }
        return abort(exchange);
    }

    /// Whether the request goes to the cluster that is to fail.
    private boolean isOnTheWay(Exchange exchange) {
        if (config.cluster().isEmpty()) {
            return true;
        }
        RouteEntry route = exchange.route();
        return route != null
                && route.action() instanceof RouteAction.Forward forward
                && forward.choose(exchange.request(), exchange.worker().random())
                        .cluster()
                        .equals(config.cluster());
    }

    private void onDelayed(Exchange exchange) {
        switch (abort(exchange)) {
            case Verdict.Reply(LocalReply reply, var asGrpc) -> exchange.reply(reply, asGrpc);
            case Verdict.Continue _, Verdict.Await _ -> exchange.resume();
        }
    }

    private long delayMillis(Exchange exchange) {
        if (config.delay().isEmpty()) {
            return 0;
        }
        Optional<Duration> fixed = config.delay().get().fixed();
        Chance chance = config.delay().get().chance();
        Headers asked = exchange.request().headers();
        if (fixed.isEmpty()) {
            chance = AskedFault.delayChance(asked, chance);
        }
        if (!takes(chance, exchange)) {
            return 0;
        }
        return fixed.map(Duration::toMillis).orElseGet(() -> delayAsked(asked));
    }

    private static long delayAsked(Headers asked) {
        return Math.min(AskedFault.delayMillis(asked).orElse(0), TimeUnit.DAYS.toMillis(365));
    }

    private Verdict abort(Exchange exchange) {
        Optional<Answer> answer = answer(exchange);
        if (answer.isEmpty() || !isAllowed(exchange)) {
            return Verdict.CONTINUE;
        }
        count(exchange, "aborts_injected");
        isAborted = true;
        return switch (answer.get()) {
            case Answer.Http(int status) -> new Verdict.Reply(reply(status));
            case Answer.Grpc(int status) -> new Verdict.Reply(reply(200), GrpcStatus.of(status));
            case Answer.Asked() -> Verdict.CONTINUE;
        };
    }

    private static LocalReply reply(int status) {
        return LocalReply.of(status, ResponseFlag.FI, DETAILS, TEXT);
    }

    private Optional<Answer> answer(Exchange exchange) {
        if (config.abort().isEmpty()) {
            return Optional.empty();
        }
        FaultConfig.Abort abort = config.abort().get();
        Headers asked = exchange.request().headers();
        boolean isAsked = abort.answer() instanceof Answer.Asked;
        Chance chance = isAsked ? AskedFault.abortChance(asked, abort.chance()) : abort.chance();
        if (!takes(chance, exchange)) {
            return Optional.empty();
        }
        return isAsked ? AskedFault.answer(asked) : Optional.of(abort.answer());
    }

    private void slow(Exchange exchange) {
        if (config.rate().isEmpty()) {
            return;
        }
        FaultConfig.Rate rate = config.rate().get();
        Headers asked = exchange.request().headers();
        boolean isAsked = rate.fixed().isEmpty();
        Chance chance = isAsked ? AskedFault.rateChance(asked, rate.chance()) : rate.chance();
        OptionalLong kib = isAsked ? AskedFault.kibPerSecond(asked) : rate.fixed();
        if (takes(chance, exchange) && kib.isPresent() && isAllowed(exchange)) {
            exchange.stats().count("fault.response_rl_injected");
            bytesPerSecond = Math.min(kib.getAsLong(), Integer.MAX_VALUE) * 1024;
        }
    }

    private static boolean takes(Chance chance, Exchange exchange) {
        return chance.takes(random(exchange), exchange.worker().values());
    }

    private static RandomGenerator random(Exchange exchange) {
        return exchange.worker().random();
    }

    /// Whether one more exchange may fail: one that does already may do so in every way.
    private boolean isAllowed(Exchange exchange) {
        if (isActive) {
            return true;
        }
        OptionalLong most = config.mostActive();
        if (most.isPresent() && exchange.stats().level(ACTIVE) >= most.getAsLong()) {
            exchange.stats().count("fault.faults_overflow");
            return false;
        }
        exchange.stats().move(ACTIVE, 1);
        isActive = true;
        return true;
    }

    private void count(Exchange exchange, String stat) {
        exchange.stats().count("fault." + stat);
        String caller = exchange.request().headers().get(CALLER);
        if (config.countsCallers() && caller != null && !caller.isEmpty()) {
            exchange.stats().count("fault." + caller + "." + stat);
        }
    }

    /// As Envoy: what the route edits of its responses, it edits of this answer.
    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        RouteEntry route = isAborted ? exchange.route() : null;
        if (route != null && route.action() instanceof RouteAction.Forward forward) {
            RouteAction.Target target = forward.choose(exchange.request(), random(exchange));
            route.editResponse(exchange.request(), response, target, exchange.info());
        }
    }

    @Override
    public BodySink toClient(Exchange exchange, BodySink client) {
        if (bytesPerSecond == 0) {
            return client;
        }
        var body = new SlowBody(exchange, client, bytesPerSecond);
        slowed = body;
        return body;
    }

    @Override
    public void onComplete(Exchange exchange) {
        if (delay != null) {
            delay.discard();
            delay = null;
        }
        if (slowed != null) {
            slowed.discard();
            slowed = null;
        }
        isAborted = false;
        if (isActive) {
            isActive = false;
            exchange.stats().move(ACTIVE, -1);
        }
    }
}
