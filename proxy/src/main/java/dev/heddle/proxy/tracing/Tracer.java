package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.telemetry.ByteText;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Follows the requests of one connection manager on one worker.
@Confined("worker")
public final class Tracer {
    private final TracingConfig config;
    private final boolean isEgress;
    private final Worker worker;
    private final SpanSink sink;
    private final TracingConfig.Provider.@Nullable SkyWalking walking;
    private final SpanTags tags;
    private final Propagation.Room room = new Propagation.Room();
    private final ByteText id = new ByteText();

    /// @param isEgress whether requests come from the workload (`traffic_direction: OUTBOUND`)
    /// @param statNames gives the name under which a cluster is counted
    /// @param sink where spans go
    public Tracer(
            TracingConfig config,
            boolean isEgress,
            LocalNode node,
            UnaryOperator<String> statNames,
            Worker worker,
            SpanSink sink) {
        this.config = config;
        this.isEgress = isEgress;
        this.worker = worker;
        this.sink = sink;
        this.walking =
                config.provider() instanceof TracingConfig.Provider.SkyWalking said
                        ? said.of(node)
                        : null;
        this.tags = new SpanTags(config.tags(), node, statNames);
    }

    /// Begins to follow a request, before any filter sees it.
    ///
    /// @param route what its route says of spans
    public ActiveSpan begin(RequestHead request, StreamInfo info, RouteTracing route) {
        Reason reason =
                Reason.decide(
                        request.headers(),
                        route.shares().orElse(config.shares()),
                        config.requestIds(),
                        worker.random(),
                        id);
        TraceContext caller = config.provider().propagation().extract(request.headers());
        boolean isAlwaysOn =
                config.provider()
                                instanceof
                                TracingConfig.Provider.OpenTelemetry(_, _, _, boolean always)
                        && always;
        Boolean said = caller == null ? null : caller.sampled();
        boolean sampled = isAlwaysOn || (said == null ? reason.isTraced() : said);
        boolean isShared =
                !isEgress
                        && !config.spawnsUpstreamSpan()
                        && config.provider() instanceof TracingConfig.Provider.Zipkin zipkin
                        && zipkin.isShared();
        var span = new ActiveSpan(this, request, info, route, sampled, isShared);
        boolean isNumber = caller == null || caller.sw8() == null;
        if (caller != null && caller.hasSpan() && isNumber) {
            span.continues(caller, isShared ? caller.spanId() : id());
        } else {
            long own = id();
            span.begins(isLong() ? id() : 0, own, isFirstOfItsName() ? own : id());
            span.continues(caller == null ? null : caller.sw8());
        }
        return span;
    }

    /// Whether the first span of a trace has the trace's id.
    private boolean isFirstOfItsName() {
        return switch (config.provider()) {
            case TracingConfig.Provider.Zipkin _, TracingConfig.Provider.Datadog _ -> true;
            case TracingConfig.Provider.OpenTelemetry _, TracingConfig.Provider.SkyWalking _ ->
                    false;
        };
    }

    private boolean isLong() {
        return switch (config.provider()) {
            case TracingConfig.Provider.Zipkin zipkin -> zipkin.isLong();
            case TracingConfig.Provider.OpenTelemetry _,
                    TracingConfig.Provider.Datadog _,
                    TracingConfig.Provider.SkyWalking _ ->
                    true;
        };
    }

    /// A number that is the id of a span; never 0.
    long id() {
        long number = worker.random().nextLong();
        return number == 0 ? 1 : number;
    }

    TracingConfig config() {
        return config;
    }

    boolean isEgress() {
        return isEgress;
    }

    SpanTags tags() {
        return tags;
    }

    Propagation.Room room() {
        return room;
    }

    Worker worker() {
        return worker;
    }

    /// What a span of a request is called where its route does not say.
    ///
    /// @param asked whom it is for, or its path for SkyWalking
    String usualName(String asked) {
        return switch (config.provider()) {
            case TracingConfig.Provider.Zipkin _ -> asked;
            case TracingConfig.Provider.SkyWalking _ -> withoutQuery(asked);
            case TracingConfig.Provider.OpenTelemetry _, TracingConfig.Provider.Datadog _ ->
                    isEgress ? "egress " + asked : "ingress";
        };
    }

    private static String withoutQuery(String path) {
        int at = path.indexOf('?');
        return at < 0 ? path : path.substring(0, at);
    }

    /// Who tells SkyWalking; null for who tells another.
    TracingConfig.Provider.@Nullable SkyWalking walking() {
        return walking;
    }

    /// Tells of a request that is over.
    ///
    /// @param spans its own is the last
    void tell(List<SpanData> spans) {
        sink.add(spans);
    }
}
