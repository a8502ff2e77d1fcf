package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.observe.Traced;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tracing.SpanData.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The span of a request that goes on, and of its attempts.
///
/// It costs its ids only: what it tells is gathered when the request is over, from what is known of
/// it anyway, and only where it is told of.
@Confined("worker")
public final class ActiveSpan implements Traced {
    /// Statuses of gRPC that are not the caller's fault.
    private static final Set<String> FAULTS_OF_SERVERS = Set.of("2", "4", "12", "13", "14", "15");

    private static final HeaderName DECORATOR = HeaderName.of("x-envoy-decorator-operation");

    private final Tracer tracer;
    private final StreamInfo info;
    private final RouteTracing route;
    private final boolean sampled;

    /// Whether the span has the caller's id, where there is a caller's.
    private final boolean isShared;

    /// Whom the request was for when it came, or its path where spans are called by that: a route
    /// may change both.
    private final String asked;

    /// What the span is called; empty for what is usual.
    private String name;

    /// What the other side is told that this span is called; empty for nothing.
    private String told = "";

    private long traceHigh;
    private long traceLow;
    private long spanId;
    private long parentId;
    private String traceState = "";
    private @Nullable Sw8 caller;

    /// The attempt that goes on, where attempts have spans.
    private @Nullable Attempt attempt;

    /// Those that are over; null for none.
    private @Nullable List<SpanData> attempts;

    ActiveSpan(
            Tracer tracer,
            RequestHead request,
            StreamInfo info,
            RouteTracing route,
            boolean sampled,
            boolean isShared) {
        this.tracer = tracer;
        this.info = info;
        this.route = route;
        this.sampled = sampled;
        this.isShared = isShared;
        this.asked = tracer.walking() == null ? request.authority() : request.path();
        this.name = route.operation();
        decorate(request);
    }

    /// An operation's name goes with the request from the caller's proxy to that of the called,
    /// which takes it in place of its own (Envoy's `traceRequest`).
    private void decorate(RequestHead request) {
        if (tracer.isEgress()) {
            if (!route.operation().isEmpty() && route.isTold()) {
                request.headers().set(DECORATOR, route.operation());
            }
            return;
        }
        told = route.isTold() ? route.operation() : "";
        String said = request.headers().get(DECORATOR);
        if (said != null) {
            if (!said.isEmpty()) {
                name = said;
                told = "";
            }
            request.headers().remove(DECORATOR);
        }
    }

    /// Begins a trace.
    void begins(long high, long low, long span) {
        traceHigh = high;
        traceLow = low;
        spanId = span;
    }

    /// Goes on with a trace.
    ///
    /// @param own id of this span
    void continues(TraceContext caller, long own) {
        traceHigh = caller.traceHigh();
        traceLow = caller.traceLow();
        spanId = own;
        parentId = isShared ? caller.parentId() : caller.spanId();
        traceState = caller.traceState();
    }

    /// Says whose trace it is, where that is no number.
    void continues(@Nullable Sw8 said) {
        caller = said;
    }

    @Override
    public String traceId() {
        return caller == null ? Hex.trace(traceHigh, traceLow) : caller.trace();
    }

    @Override
    public String spanId() {
        return Hex.text(spanId);
    }

    /// Whether it is told of, as far as that is known at the beginning.
    public boolean isSampled() {
        return sampled;
    }

    /// Whether it may be told of in the end.
    private boolean isKept() {
        return sampled || tracer.config().tail().isPresent();
    }

    /// One attempt.
    private record Attempt(long spanId, long sinceNanos, int number, String cluster, String host) {}

    /// A host was picked, and a connection to it is asked for.
    ///
    /// @param number of the attempt, from 1
    /// @param cluster whose host it is
    /// @param host its address
    public void onAttempt(int number, String cluster, String host) {
        if (tracer.config().spawnsUpstreamSpan()) {
            attempt = new Attempt(tracer.id(), tracer.worker().nanos(), number, cluster, host);
        }
    }

    /// The request is about to go to a host: hands the trace on.
    public void onSending(RequestHead request) {
        if (!tracer.config().isHandedOn()) {
            return;
        }
        Attempt below = attempt;
        tracer.config()
                .provider()
                .propagation()
                .inject(
                        new Propagation.Handed(
                                traceHigh,
                                traceLow,
                                below == null ? spanId : below.spanId(),
                                below == null ? parentId : spanId,
                                sampled,
                                traceState,
                                below == null ? null : sw8(below)),
                        request.headers(),
                        tracer.room());
    }

    /// The same in SkyWalking's words, which numbers the spans of a request; null for who does not
    /// speak them.
    private @Nullable Sw8 sw8(Attempt below) {
        TracingConfig.Provider.SkyWalking walking = tracer.walking();
        return walking == null
                ? null
                : new Sw8(
                        sampled,
                        traceId(),
                        SkyWalkingSpans.segment(traceLow, spanId),
                        attempts == null ? 1 : attempts.size() + 1,
                        walking.service(),
                        walking.instance(),
                        name(),
                        below.host());
    }

    /// SkyWalking knows endpoints by their paths, whatever they are called elsewhere.
    private String name() {
        return name.isEmpty() || tracer.walking() != null ? tracer.usualName(asked) : name;
    }

    /// The attempt is over.
    ///
    /// @param status that the host answered; 0 for none
    /// @param flags why not, in Envoy's words; `-` for nothing
    public void onAttemptEnd(RequestHead request, int status, String flags) {
        Attempt over = attempt;
        if (over == null) {
            return;
        }
        attempt = null;
        if (!isKept()) {
            return;
        }
        List<SpanData.Tag> tags =
                tracer.tags()
                        .ofAttempt(
                                request,
                                info,
                                route.tags(),
                                over.number(),
                                over.cluster(),
                                over.host(),
                                status,
                                flags);
        var span =
                new SpanData(
                        traceHigh,
                        traceLow,
                        over.spanId(),
                        spanId,
                        false,
                        Kind.CLIENT,
                        "router " + tracer.tags().statName(over.cluster()) + " egress",
                        epochNanos() + over.sinceNanos() - info.startNanos(),
                        tracer.worker().nanos() - over.sinceNanos(),
                        isError(Kind.CLIENT, status, tags),
                        tags,
                        List.of(),
                        traceState,
                        caller);
        List<SpanData> all = attempts == null ? new ArrayList<>(2) : attempts;
        all.add(span);
        attempts = all;
    }

    /// The head of an answer that the client is about to get.
    public void onResponse(ResponseHead response) {
        if (tracer.isEgress()) {
            String said = response.headers().get(DECORATOR);
            if (said != null) {
                if (!said.isEmpty()) {
                    name = said;
                }
                response.headers().remove(DECORATOR);
            }
        } else if (!told.isEmpty()) {
            response.headers().set(DECORATOR, told);
        }
    }

    /// The request is over.
    ///
    /// @param request as it was forwarded
    /// @param response null for none
    public void onEnd(RequestHead request, @Nullable ResponseHead response) {
        long nanos = Math.max(0, info.endNanos());
        if (attempt != null) {
            onAttemptEnd(request, info.responseCode(), SpanTags.flags(info));
        }
        if (!sampled) {
            TailKeep tail = tracer.config().tail().orElse(null);
            if (tail == null || !tail.keeps(info.responseCode(), nanos)) {
                return;
            }
        }
        List<SpanData> all = attempts == null ? new ArrayList<>(1) : attempts;
        all.add(own(request, response, nanos));
        tracer.tell(all);
    }

    private SpanData own(RequestHead request, @Nullable ResponseHead response, long nanos) {
        int status = info.responseCode();
        List<SpanData.Tag> tags = tracer.tags().ofRequest(request, response, info, route.tags());
        Kind kind =
                !tracer.isEgress() || tracer.config().spawnsUpstreamSpan()
                        ? Kind.SERVER
                        : Kind.CLIENT;
        return new SpanData(
                traceHigh,
                traceLow,
                spanId,
                parentId,
                isShared,
                kind,
                name(),
                epochNanos(),
                nanos,
                isError(kind, status, tags),
                tags,
                tracer.config().tags().isVerbose() ? events() : List.of(),
                traceState,
                caller);
    }

    /// What OpenTelemetry takes for one: 4xx is the caller's fault, as are some statuses of gRPC.
    private static boolean isError(Kind kind, int status, List<SpanData.Tag> tags) {
        if (status >= (kind == Kind.CLIENT ? 400 : 500)) {
            return true;
        }
        for (SpanData.Tag tag : tags) {
            if (tag.name().equals("grpc.status_code")) {
                return kind == Kind.CLIENT
                        ? !tag.value().equals("0")
                        : FAULTS_OF_SERVERS.contains(tag.value());
            }
        }
        return false;
    }

    private long epochNanos() {
        return info.startSecond() * 1_000_000_000L + info.startNano();
    }

    /// In Envoy's words and order.
    private List<SpanData.Event> events() {
        var all = new ArrayList<SpanData.Event>();
        event(all, "last_downstream_rx_byte_received", info.lastRequestByteNanos());
        event(all, "first_upstream_tx_byte_sent", info.firstUpstreamRequestByteNanos());
        event(all, "last_upstream_tx_byte_sent", info.lastUpstreamRequestByteNanos());
        event(all, "first_upstream_rx_byte_received", info.firstUpstreamResponseByteNanos());
        event(all, "last_upstream_rx_byte_received", info.lastUpstreamResponseByteNanos());
        event(all, "first_downstream_tx_byte_sent", info.firstResponseByteNanos());
        event(all, "last_downstream_tx_byte_sent", info.lastResponseByteNanos());
        return all;
    }

    private void event(List<SpanData.Event> all, String event, long nanos) {
        if (nanos != StreamInfo.NEVER) {
            all.add(new SpanData.Event(event, epochNanos() + nanos));
        }
    }
}
