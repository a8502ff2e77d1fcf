package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.filter.extauthz.Answer.HeaderChange;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.BodyLimit;
import dev.heddle.proxy.filter.extauthz.ExtAuthzConfig.Route;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks a service whether a request may pass, and holds it meanwhile.
///
/// ```
///   NEW ──body is told, too──▶ BODY ──enough of it came──▶ ASKING ──answer──▶ DONE
///    ├──no body is told───────────────────────────────────────┘
///    └──nobody is asked──▶ DONE
/// ```
///
/// When the exchange ends meanwhile, the question is given up.
@Confined("worker")
public final class ExtAuthzFilter implements HttpFilter {
    /// Under which name filters behind and logs find what the service found out.
    public static final String NAME = "envoy.filters.http.ext_authz";

    private static final HeaderName PASSED = HeaderName.of("x-envoy-auth-failure-mode-allowed");
    private static final String DENIED = "ext_authz_denied";
    private static final String ERROR = "ext_authz_error";
    private static final String INVALID = "ext_authz_invalid";

    private enum State {
        NEW,
        BODY,
        ASKING,
        DONE
    }

    private final ExtAuthzConfig config;
    private final Route route;
    private final FilterContext context;
    private State state = State.NEW;

    /// How much of the body is told; null for nothing.
    private @Nullable BodyLimit limit;

    private @Nullable Check check;

    /// What was said before the call that asked returned.
    private @Nullable Verdict early;

    private boolean isStarting;
    private long askedNanos;
    private List<HeaderChange> toClient = List.of();

    public ExtAuthzFilter(ExtAuthzConfig config, Route route, FilterContext context) {
        this.config = config;
        this.route = route;
        this.context = context;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        // As in Envoy: where there is no route there is nothing to be asked about, but a 404.
        if (route.isOff() || exchange.route() == null) {
            return done();
        }
        if (!isEnabled(exchange)) {
            count(exchange, "disabled");
            return config.enabling().deniesOthers(exchange.worker().values())
                    ? reply(config.failing().status(), ERROR, "", List.of())
                    : done();
        }
        Optional<BodyLimit> told = config.body(route);
        if (told.isPresent() && !exchange.isBodyless() && exchange.request().tunnel() == null) {
            limit = told.get();
            state = State.BODY;
            exchange.requestBody().holdMore(limit.mostBytes() + 1L);
            return onBody(exchange, limit);
        }
        return ask(exchange);
    }

    private Verdict done() {
        state = State.DONE;
        return Verdict.CONTINUE;
    }

    private boolean isEnabled(Exchange exchange) {
        return config.enabling()
                        .share()
                        .takes(exchange.worker().random(), exchange.worker().values())
                && config.enabling().ofMetadata().test(exchange.info().metadata());
    }

    @Override
    public void onBodyHeld(Exchange exchange) {
        if (state == State.BODY && limit != null) {
            act(exchange, onBody(exchange, limit));
        }
    }

    @Override
    public void onRequestEnd(Exchange exchange) {
        onBodyHeld(exchange);
    }

    /// Some of the body came, or all of it.
    private Verdict onBody(Exchange exchange, BodyLimit most) {
        long held = exchange.requestBody().heldBytes();
        if (most.isPartEnough() ? held >= most.mostBytes() : exchange.isRequestEnded()) {
            return held > most.mostBytes() && !most.isPartEnough() ? tooLong() : ask(exchange);
        }
        if (held > most.mostBytes()) {
            return tooLong();
        }
        return exchange.isRequestEnded() ? ask(exchange) : Verdict.AWAIT;
    }

    private Verdict tooLong() {
        state = State.DONE;
        return new Verdict.Reply(
                LocalReply.configured(
                        413, "request_payload_too_large", "Payload Too Large", List.of()));
    }

    private Verdict ask(Exchange exchange) {
        state = State.ASKING;
        exchange.info().setCircumstance(config.service().cluster());
        askedNanos = exchange.worker().nanos();
        isStarting = true;
        Check question = question(exchange);
        check = question;
        question.start();
        isStarting = false;
        Verdict said = early;
        early = null;
        return said == null ? Verdict.AWAIT : said;
    }

    private Check question(Exchange exchange) {
        RequestHead request = exchange.request();
        var about = new ExchangeRecord(request, null, exchange.info());
        Optional<CheckMessage.Body> body =
                Optional.ofNullable(limit).map(most -> body(exchange, most));
        return switch (config.service()) {
            case CheckService.Grpc service ->
                    Check.of(
                            context,
                            service,
                            CheckMessage.ofRequest(
                                    exchange.info(),
                                    request,
                                    body,
                                    config.told(),
                                    route.extensions(),
                                    exchange.worker().random().nextLong()),
                            about,
                            exchange.info(),
                            answer -> onAnswer(exchange, answer));
            case CheckService.Http service -> {
                Map<String, String> told = CheckMessage.merged(request, config.told());
                body.ifPresent(it -> told.put(CheckMessage.PARTIAL, Boolean.toString(it.isPart())));
                yield Check.of(
                        context,
                        service,
                        told,
                        body.map(CheckMessage.Body::bytes).orElse(Bytes.EMPTY).toByteArray(),
                        about,
                        answer -> onAnswer(exchange, answer));
            }
        };
    }

    private static CheckMessage.Body body(Exchange exchange, BodyLimit most) {
        long held = exchange.requestBody().heldBytes();
        return new CheckMessage.Body(
                Bytes.of(exchange.requestBody().held(most.mostBytes())),
                held > most.mostBytes(),
                most);
    }

    private void onAnswer(Exchange exchange, Answer answer) {
        check = null;
        state = State.DONE;
        Verdict verdict = verdict(exchange, answer);
        if (!(verdict instanceof Verdict.Reply)) {
            exchange.info().setCircumstance(null);
        }
        if (isStarting) {
            early = verdict;
        } else {
            act(exchange, verdict);
        }
    }

    private static void act(Exchange exchange, Verdict verdict) {
        switch (verdict) {
            case Verdict.Continue _ -> exchange.resume();
            case Verdict.Await _ -> {}
            case Verdict.Reply(LocalReply reply, var asGrpc) -> exchange.reply(reply, asGrpc);
        }
    }

    private Verdict verdict(Exchange exchange, Answer answer) {
        return switch (answer) {
            case Answer.Allowed allowed -> allow(exchange, allowed);
            case Answer.Denied denied -> deny(exchange, denied);
            case Answer.Failed failed -> fail(exchange, failed);
        };
    }

    private Verdict allow(Exchange exchange, Answer.Allowed answer) {
        tell(exchange, answer.metadata(), true);
        if (!Edits.areSound(answer.response()) || !Edits.make(answer, exchange.request())) {
            return invalid(exchange);
        }
        toClient = answer.response();
        if (config.taken().clearsRoute() && answer.changesRequest()) {
            exchange.clearRoute();
        }
        count(exchange, "ok");
        return Verdict.CONTINUE;
    }

    private Verdict deny(Exchange exchange, Answer.Denied answer) {
        tell(exchange, answer.metadata(), false);
        count(exchange, "denied");
        return Edits.areSound(answer.headers())
                ? reply(answer.status(), DENIED, answer.body(), Edits.fields(answer.headers()))
                : invalid(exchange);
    }

    private Verdict fail(Exchange exchange, Answer.Failed answer) {
        count(exchange, "error");
        if (config.failing().allows()) {
            count(exchange, "failure_mode_allowed");
            if (config.failing().tells()) {
                exchange.request().headers().add(PASSED, "true");
            }
            return Verdict.CONTINUE;
        }
        int status = answer.status() == 0 ? config.failing().status() : answer.status();
        return Edits.areSound(answer.headers())
                ? reply(status, ERROR, answer.body(), Edits.fields(answer.headers()))
                : reply(config.failing().status(), ERROR, "", List.of());
    }

    private Verdict invalid(Exchange exchange) {
        count(exchange, "invalid");
        return reply(500, INVALID, "", List.of());
    }

    /// A status that no answer has is that of a refusal.
    private Verdict reply(int status, String details, String body, List<LocalReply.Field> headers) {
        state = State.DONE;
        return new Verdict.Reply(
                new LocalReply(
                        status < 200 || status > 599 ? 403 : status,
                        Optional.of(ResponseFlag.UAEX),
                        details,
                        body,
                        headers,
                        false));
    }

    private void tell(
            Exchange exchange, Map<String, @Nullable Object> metadata, boolean isAllowed) {
        if (metadata.isEmpty()) {
            return;
        }
        if (!config.taken().metadata()) {
            count(exchange, "ignored_dynamic_metadata");
            return;
        }
        Map<String, @Nullable Object> found = new HashMap<>(metadata);
        if (isAllowed) {
            found.put(
                    "ext_authz_duration",
                    (double) TimeUnit.NANOSECONDS.toMillis(exchange.worker().nanos() - askedNanos));
        }
        exchange.info().setMetadata(NAME, found);
    }

    private void count(Exchange exchange, String stat) {
        exchange.stats().count("ext_authz." + config.statPrefix() + stat);
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        Edits.make(toClient, response.headers());
    }

    @Override
    public void onComplete(Exchange exchange) {
        if (check != null) {
            check.cancel();
            check = null;
        }
        state = State.NEW;
        limit = null;
        early = null;
        toClient = List.of();
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
