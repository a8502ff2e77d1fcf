package dev.heddle.proxy.filter;

import dev.heddle.proxy.hits.RuleHits;
import dev.heddle.proxy.http.BodyFlow;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.BodySource;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.ReplyBody;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.ResponseSink;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tracing.ActiveSpan;
import dev.heddle.proxy.tracing.RouteTracing;
import dev.heddle.proxy.tracing.Tracer;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One request and its response.
///
/// The connection tells it what arrives from the client, the router what arrives from upstream, and
/// filters may hold it up or answer. However it ends, it is recorded exactly once, in [#finish]. An
/// instance serves the exchanges of a connection one after the other.
///
/// This file is long because every way in which an exchange can go on or end is a method on one
/// state, which nobody else may change.
@Confined("worker")
public final class Exchange {
    private final Worker worker;
    private final RuleHits hits;
    private final ExchangeOwner owner;
    private final ExchangeLog log;
    private final ResponseSink sink;
    private final Timeouts timeouts;
    private final LocalReplies replies;
    private final StreamInfo info;
    private final FilterChain filters;
    private final BodyFlow requestBody;
    private final ResponseHead localHead = new ResponseHead();
    private final Client toClient = new Client();
    private final Deadline idle;
    private final Deadline receiving;
    private final Deadline whole;
    private ExchangeState state = ExchangeState.OVER;
    private RequestHead request = new RequestHead();
    private @Nullable ResponseHead response;
    private @Nullable BodySource responseSource;
    private @Nullable RouteEntry route;
    private @Nullable ActiveSpan span;
    private boolean isRouteCounted;
    private boolean isRequestEnded;

    /// Whether the request asks for a tunnel, and may.
    private boolean isTunnel;

    private boolean isResponseBodyless;

    /// Whether a filter keeps the response's head back.
    private boolean isHeld;

    /// The body that a filter gives to a response without one.
    private byte @Nullable [] given;

    /// Whether a filter still has some of the response's body, and ends it later.
    private boolean isEndHeld;

    /// Whether even a caller of gRPC is answered as one of HTTP.
    private boolean isAnsweredInHttp;

    /// Where the response's body goes first.
    private BodySink client = toClient;

    private boolean isResponseOn = true;
    private long idleNanos;
    private long wholeNanos;

    /// The address of the host that the request is for; null for any.
    private @Nullable String wantedHost;

    private boolean isHostStrict;

    /// @param info says already on which connection
    /// @param sink takes the responses
    /// @param replies how this proxy's own answers are said
    /// @param source gives the requests' bodies
    /// @param bufferLimitBytes how much of a request's body is held before there is an upstream
    public Exchange(
            FilterContext context,
            List<FilterSpec<?>> specs,
            ExchangeOwner owner,
            ExchangeLog log,
            StreamInfo info,
            Timeouts timeouts,
            LocalReplies replies,
            ResponseSink sink,
            BodySource source,
            int bufferLimitBytes) {
        this.worker = context.worker();
        this.hits = context.hits();
        this.owner = owner;
        this.log = log;
        this.info = info;
        this.timeouts = timeouts;
        this.replies = replies;
        this.sink = sink;
        this.filters = new FilterChain(specs, context);
        this.requestBody = new BodyFlow(source, bufferLimitBytes);
        this.idle = worker.deadline(this::onIdle);
        this.receiving = worker.deadline(this::onRequestTimeout);
        this.whole = worker.deadline(this::onStreamTimeout);
    }

    public RequestHead request() {
        return request;
    }

    public StreamInfo info() {
        return info;
    }

    public Worker worker() {
        return worker;
    }

    /// Where filters count.
    public FilterStats stats() {
        return log.filters();
    }

    /// Whether there is no exchange: none was begun, or the last one is recorded.
    public boolean isOver() {
        return state == ExchangeState.OVER;
    }

    /// Whether the request was received whole.
    public boolean isRequestEnded() {
        return isRequestEnded;
    }

    /// Whether the request has no body at all.
    public boolean isBodyless() {
        return requestBody.isEmpty();
    }

    /// The route as of the first time somebody asked; null if none matches.
    public @Nullable RouteEntry route() {
        if (route == null) {
            RouteTable routes = owner.routes();
            info.setTableVersion(routes == null ? "" : routes.version());
            route =
                    routes == null
                            ? null
                            : routes.match(
                                    request,
                                    info.metadata(),
                                    info.tls(),
                                    worker.random(),
                                    worker.values());
            tellRoute();
        }
        return route;
    }

    /// Who looks at an exchange that a filter answered is told by which route it would have gone;
    /// not where to, as long as chance decides that.
    private void tellRoute() {
        RouteEntry chosen = route;
        if (chosen == null) {
            return;
        }
        info.setRoute(chosen.virtualHost(), chosen.name());
        info.setRouteMetadata(chosen.metadata());
        if (chosen.action() instanceof RouteAction.Forward forward
                && forward.targets().size() == 1) {
            info.setCluster(forward.choose(request, worker.random()).cluster());
        }
    }

    /// Has the request go to one host of its cluster, if that is there and may be used.
    ///
    /// @param address as in `10.0.0.1:9080`
    /// @param isStrict whether there is no other host for it
    public void wantHost(String address, boolean isStrict) {
        wantedHost = address;
        isHostStrict = isStrict;
    }

    /// The address of the host that the request is for; null for any.
    public @Nullable String wantedHost() {
        return wantedHost;
    }

    /// Whether no host but the wanted one is to have the request.
    public boolean isHostStrict() {
        return isHostStrict;
    }

    /// The route as above, which it stays: a hit of the rule that it comes from.
    public @Nullable RouteEntry takeRoute() {
        RouteEntry taken = route();
        countRoute();
        return taken;
    }

    private void countRoute() {
        if (route != null && !isRouteCounted) {
            isRouteCounted = true;
            hits.hit(route.rule());
        }
    }

    /// Has the route looked for again, after a filter changed what it depends on.
    public void clearRoute() {
        route = null;
    }

    /// Replaces how long the exchange may go without a byte; zero for ever.
    public void setIdleTimeout(long nanos) {
        idleNanos = nanos;
        idle.set(nanos);
    }

    /// Replaces how long the exchange may take in all, from its beginning; zero for ever.
    public void setStreamTimeout(long nanos) {
        wholeNanos = nanos;
        if (nanos <= 0) {
            whole.cancel();
        } else {
            whole.set(Math.max(1, nanos - (worker.nanos() - info.startNanos())));
        }
    }

    // What the connection tells.

    /// The first byte of a request came.
    ///
    /// @param protocol of the connection, as far as that is known before the head
    public void begin(Protocol protocol) {
        state = ExchangeState.RECEIVING;
        info.start(worker.epochNanos(), worker.nanos());
        info.setProtocol(protocol);
        route = null;
        wantedHost = null;
        isRouteCounted = false;
        response = null;
        responseSource = null;
        isRequestEnded = false;
        isResponseOn = true;
        idleNanos = timeouts.streamIdleNanos();
        requestBody.begin();
        receiving.set(timeouts.requestNanos());
        wholeNanos = timeouts.streamNanos();
        whole.set(wholeNanos);
        log.started(protocol);
    }

    /// Has the request followed that is about to come.
    public void follow(RequestHead head, Tracer tracer) {
        request = head;
        RouteEntry found = route();
        ActiveSpan begun =
                tracer.begin(head, info, found == null ? RouteTracing.NONE : found.tracing());
        span = begun;
        info.setTraced(begun);
    }

    /// The span of the request; null where it is not followed.
    public @Nullable ActiveSpan span() {
        return span;
    }

    /// @param ends whether there is no body
    public void onRequest(RequestHead head, boolean ends) {
        request = head;
        info.setProtocol(head.protocol());
        state = ExchangeState.FILTERING;
        idle.set(idleNanos);
        if (ends) {
            requestEnded(null);
        }
        String tunnel = head.tunnel();
        if (tunnel == null || isTunnelTaken(tunnel)) {
            runFilters();
        } else {
            log.upgradeRefused();
            reply(LocalReply.upgradeRefused());
        }
    }

    /// The route decides, then the listener; where there is no route, that is the answer.
    private boolean isTunnelTaken(String protocol) {
        RouteEntry found = route();
        if (found == null) {
            return true;
        }
        Boolean said = found.action().takes(protocol);
        isTunnel = said == null ? owner.takesUpgrade(protocol) : said;
        if (isTunnel) {
            log.upgradeBegun();
        }
        return isTunnel;
    }

    public void onRequestBody(ByteBuf bytes) {
        info.addBytesReceived(bytes.readableBytes());
        idle.set(idleNanos);
        requestBody.offer(bytes);
        if (state == ExchangeState.AWAITING) {
            filters.onBodyHeld(this);
        }
    }

    public void onRequestEnd() {
        onRequestEnd(null);
    }

    /// @param trailers valid until the exchange is over
    public void onRequestTrailers(Headers trailers) {
        onRequestEnd(trailers);
    }

    private void onRequestEnd(@Nullable Headers trailers) {
        if (isOver()) {
            return;
        }
        requestEnded(trailers);
        filters.onRequestEnd(this);
    }

    /// Nothing more comes of this request, nor is an answer wanted.
    ///
    /// @param details in Envoy's words
    public void onRequestReset(String details, ResponseFlag flag) {
        if (isOver()) {
            return;
        }
        info.flag(flag);
        info.setResponseDetails(details);
        finish();
    }

    /// The connection itself answers a request; no filter sees it.
    ///
    /// @param head what is known of the request, which may be nothing
    public void refuse(RequestHead head, LocalReply reply) {
        if (!isOver()) {
            request = head;
            reply(reply);
        }
    }

    /// The connection answers a request whose head it has read and does not pass on.
    ///
    /// @param ends whether there is no body
    public void refuseRead(RequestHead head, LocalReply reply, boolean ends) {
        if (isOver()) {
            return;
        }
        request = head;
        info.setProtocol(head.protocol());
        if (ends) {
            requestEnded(null);
        }
        reply(reply);
    }

    /// The client, or who holds the body up on its way there, keeps up again.
    public void onResponseWritable() {
        if (!isResponseOn && responseSource != null && client.isWritable()) {
            isResponseOn = true;
            responseSource.setReading(true);
        }
    }

    /// The client is gone.
    public void onDisconnected() {
        if (isOver()) {
            return;
        }
        info.flag(ResponseFlag.DC);
        info.setResponseDetails("downstream_remote_disconnect");
        finish();
    }

    // What filters tell.

    /// Goes on after [Verdict.Await].
    public void resume() {
        if (state == ExchangeState.AWAITING) {
            state = ExchangeState.FILTERING;
            runFilters();
        }
    }

    /// Has callers be answered in HTTP, for a filter that makes of that what they understand.
    public void answerInHttp() {
        isAnsweredInHttp = true;
    }

    /// Whether the response whose head is about to be sent has no body.
    public boolean isResponseBodyless() {
        return isResponseBodyless;
    }

    /// Keeps the head back that is about to be sent, until [#releaseResponse].
    public void holdResponse() {
        isHeld = true;
    }

    /// The head that is kept back; it may be edited.
    public ResponseHead heldResponse() {
        if (response == null) {
            throw new IllegalStateException(state + ": no response is kept back");
        }
        return response;
    }

    /// Sends the head that was kept back; it has no body (any more).
    public void releaseResponse() {
        isHeld = false;
        writeHead(heldResponse(), true);
    }

    /// Sends the head that was kept back; the body comes behind it.
    public void releaseHead() {
        isHeld = false;
        writeHead(heldResponse(), false);
    }

    /// Gives a body to the response whose head is about to be sent and that has none.
    ///
    /// @param body not empty
    public void giveBody(byte[] body) {
        if (!isResponseBodyless) {
            throw new IllegalStateException(state + ": the response has a body");
        }
        isResponseBodyless = false;
        given = body;
    }

    /// Answers in the place of the response whose head is kept back, which nobody sees then. One
    /// whose head was sent is cut off.
    public void replyInstead(LocalReply reply) {
        if (isOver() || !isHeld) {
            reply(reply);
            return;
        }
        heldResponse().clear();
        isHeld = false;
        info.setResponseDetails(reply.details());
        if (!isRequestEnded) {
            sink.closeAfterResponse();
        }
        // The filters have seen the head that this one is in the place of, so they see no other.
        reply.begin(localHead);
        LocalReplies words = reply.isVerbatim() ? LocalReplies.AS_THEY_ARE : replies;
        byte[] body = words.say(this, reply, localHead).end(localHead);
        response = localHead;
        client = toClient;
        boolean ends = body.length == 0 || request.isHead();
        writeHead(localHead, ends);
        if (!ends) {
            client.body(worker.allocator().directBuffer(body.length).writeBytes(body));
            client.end();
        }
        responseEnded();
    }

    /// Has the exchange go on after the end of its response's body, until [#releaseEnd]: a filter
    /// has some of it still.
    public void holdEnd() {
        isEndHeld = true;
    }

    /// The body that a filter had is sent, with its end.
    public void releaseEnd() {
        isEndHeld = false;
        responseEnded();
    }

    /// Something moves, though no byte comes from upstream.
    public void touch() {
        idle.set(idleNanos);
    }

    /// Answers; if a response was begun already, that is cut off instead.
    public void reply(LocalReply reply) {
        reply(reply, null);
    }

    /// Answers as [#reply(LocalReply)] does.
    ///
    /// @param asGrpc what a caller of gRPC is told; null for what follows from the status
    public void reply(LocalReply reply, @Nullable GrpcStatus asGrpc) {
        if (isOver()) {
            return;
        }
        reply.flag().ifPresent(info::flag);
        info.setResponseDetails(reply.details());
        if (state == ExchangeState.RESPONDING) {
            sink.abort();
            finish();
            return;
        }
        // A client that is answered 400 is not believed to know where its next request begins.
        boolean isBad = reply.status() == 400 && !owner.staysOpenAfterBadRequest();
        if (reply.closes() || isBad || !isRequestEnded) {
            sink.closeAfterResponse();
        }
        send(reply, asGrpc);
        if (!isEndHeld) {
            finish();
        }
    }

    // What the router tells.

    /// Lets the request's body flow there.
    public void forwardTo(BodySink upstream) {
        requestBody.open(filters.toUpstream(this, upstream));
    }

    /// Shows the request's body, as it would go upstream, to somebody else, too.
    public void mirrorTo(BodySink other) {
        requestBody.tap(filters.toUpstream(this, other));
    }

    /// The request's body, for those that may have to send it once more.
    public BodyFlow requestBody() {
        return requestBody;
    }

    /// The upstream keeps up again.
    public void onRequestWritable() {
        requestBody.onSinkWritable();
    }

    public void respondInformational(ResponseHead head) {
        sink.informational(head);
    }

    /// Passes the upstream's response on.
    ///
    /// @param head lives until the exchange is over
    /// @param from gives its body
    public void respond(ResponseHead head, boolean ends, BodySource from) {
        responseSource = from;
        info.setResponseDetails("via_upstream");
        sendHead(head, ends);
        if (ends) {
            responseEnded();
        }
    }

    public void respondBody(ByteBuf bytes) {
        if (isOver()) {
            bytes.release();
            return;
        }
        idle.set(idleNanos);
        client.body(bytes);
        if (isResponseOn && !client.isWritable() && responseSource != null) {
            isResponseOn = false;
            responseSource.setReading(false);
        }
    }

    /// Has the client take the next bytes of a connection as they are, where no filter wants them.
    ///
    /// @param moved told how many left, and to tell [#onResponseMoved]
    /// @return whether it does; if not, [#respondBody] is to bring them
    public boolean spliceResponse(Wire from, long bytes, LongConsumer moved) {
        return !isOver() && client == toClient && sink.splice(from, bytes, moved);
    }

    /// So much of the body has passed without having been heard.
    public void onResponseMoved(long bytes) {
        if (!isOver()) {
            info.downstreamBytes().sent(bytes);
            idle.set(idleNanos);
            info.addBytesSent(bytes);
        }
    }

    public void respondEnd() {
        if (!isOver()) {
            client.end();
            endUnlessHeld();
        }
    }

    private void endUnlessHeld() {
        if (!isEndHeld && !isOver()) {
            responseEnded();
        }
    }

    /// Passes on what came behind the response's body, as its end.
    ///
    /// @param trailers valid during this call
    public void respondTrailers(Headers trailers) {
        if (!isOver()) {
            info.setResponseTrailers(trailers);
            client.trailers(trailers);
            endUnlessHeld();
        }
    }

    /// There is no response from upstream, or no more of it.
    public void fail(UpstreamFailure failure) {
        boolean wasResponding = state == ExchangeState.RESPONDING;
        LocalReply reply = LocalReply.to(failure);
        reply(
                wasResponding
                        ? LocalReply.of(
                                reply.status(),
                                reply.flag().orElse(ResponseFlag.UC),
                                reply.details().replace("before", "after"),
                                "")
                        : reply);
    }

    private void runFilters() {
        Verdict verdict = filters.run(this);
        switch (verdict) {
            case Verdict.Reply(LocalReply reply, var asGrpc) -> reply(reply, asGrpc);
            case Verdict.Await _, Verdict.Continue _ -> {
                if (state == ExchangeState.FILTERING) {
                    state = ExchangeState.AWAITING;
                }
            }
        }
    }

    private void requestEnded(@Nullable Headers trailers) {
        isRequestEnded = true;
        receiving.cancel();
        info.requestReceived(worker.nanos());
        requestBody.endWith(trailers);
    }

    private void send(LocalReply reply, @Nullable GrpcStatus asGrpc) {
        reply.begin(localHead);
        LocalReplies words = reply.isVerbatim() ? LocalReplies.AS_THEY_ARE : replies;
        ReplyBody said = words.say(this, reply, localHead);
        if (!isAnsweredInHttp && GrpcStatus.isCall(request.headers())) {
            said.end(localHead, asGrpc);
            sendHead(localHead, true);
        } else {
            byte[] body = said.end(localHead);
            boolean ends = body.length == 0 || request.isHead();
            sendHead(localHead, ends);
            if (!ends) {
                client.body(worker.allocator().directBuffer(body.length).writeBytes(body));
                client.end();
            }
        }
        info.responseSent(worker.nanos());
    }

    private void sendHead(ResponseHead head, boolean ends) {
        state = ExchangeState.RESPONDING;
        response = head;
        idle.set(idleNanos);
        receiving.cancel();
        isResponseBodyless = ends;
        filters.onResponse(this, head);
        client = filters.toClient(this, toClient);
        byte[] body = given;
        if (body != null) {
            given = null;
            writeHead(head, false);
            client.body(worker.allocator().directBuffer(body.length).writeBytes(body));
            client.end();
        } else if (!isHeld) {
            writeHead(head, ends);
        }
    }

    private void writeHead(ResponseHead head, boolean ends) {
        owner.beforeResponse(request, head);
        if (span != null) {
            span.onResponse(head);
        }
        info.setResponseCode(head.status());
        info.responseStarted(worker.nanos());
        sink.head(head, ends);
    }

    private void responseEnded() {
        info.responseSent(worker.nanos());
        finish();
    }

    private void onIdle() {
        info.setLimitNanos(idleNanos);
        reply(
                LocalReply.late(
                        isRequestEnded,
                        Optional.of(ResponseFlag.SI),
                        "stream_idle_timeout",
                        "stream timeout"));
    }

    private void onRequestTimeout() {
        info.setLimitNanos(timeouts.requestNanos());
        reply(LocalReply.timeout(Optional.empty(), "request_overall_timeout", "request timeout"));
    }

    private void onStreamTimeout() {
        info.setLimitNanos(wholeNanos);
        reply(
                LocalReply.late(
                        isRequestEnded,
                        Optional.empty(),
                        "max_duration_timeout",
                        "downstream duration timeout"),
                GrpcStatus.DEADLINE_EXCEEDED);
    }

    /// The one way in which an exchange ends.
    private void finish() {
        state = ExchangeState.OVER;
        countRoute();
        idle.cancel();
        receiving.cancel();
        whole.cancel();
        info.ended(worker.nanos());
        hits.answered(info.responseCode());
        if (isTunnel) {
            isTunnel = false;
            log.upgradeEnded();
        }
        ResponseHead sent = isHeld ? null : response;
        isHeld = false;
        isEndHeld = false;
        isAnsweredInHttp = false;
        client = toClient;
        requestBody.discard();
        filters.onComplete(this);
        if (span != null) {
            span.onEnd(request, sent);
            span = null;
        }
        log.completed(request, sent, info);
        info.setResponseTrailers(null);
        if (response != null) {
            response.clear();
            response = null;
        }
        responseSource = null;
        owner.onOver();
    }

    /// The client, behind all filters.
    @Confined("worker")
    private final class Client implements BodySink {
        @Override
        public void body(ByteBuf bytes) {
            if (request.isHead()) {
                // Only where a filter made another method of it has the answer a body.
                bytes.release();
                return;
            }
            info.addBytesSent(bytes.readableBytes());
            sink.body(bytes);
        }

        @Override
        public void end() {
            sink.end();
        }

        @Override
        public void trailers(Headers trailers) {
            sink.trailers(trailers);
        }

        @Override
        public boolean isWritable() {
            return sink.isWritable();
        }
    }

    /// Frees the timers, when the connection is gone.
    public void discard() {
        idle.discard();
        receiving.discard();
        whole.discard();
        filters.discard();
    }
}
