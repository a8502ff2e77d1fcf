package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Http1Upstream;
import dev.heddle.proxy.http.Http2Upstream;
import dev.heddle.proxy.http.ResponseHandler;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamConnection;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.proxy.upstream.health.HostCheck.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Asks by requests.
@Confined("worker")
final class HttpChecker extends Checker implements UpstreamConnection.Owner {
    private final Question question;
    private final Http2Loop loop;

    /// Of the answer; holds on to what was received until it is cleared.
    private final ResponseHead head = new ResponseHead();

    private @Nullable UpstreamConnection connection;
    private @Nullable UpstreamStream stream;

    HttpChecker(
            HostCheck check,
            Question question,
            Cluster cluster,
            Host target,
            Worker worker,
            Http2Loop loop) {
        super(check, cluster, target, worker);
        this.question = question;
        this.loop = loop;
    }

    @Override
    void ask() {
        UpstreamConnection open = connection;
        if (open != null && open.room() > 0) {
            send(open);
        } else {
            close();
            connect();
        }
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        connected();
        ClusterSettings settings = cluster().settings();
        UpstreamProtocol protocol = settings.protocol();
        UpstreamConnection made =
                question.isHttp2()
                        ? new Http2Upstream(
                                worker(),
                                loop,
                                wire,
                                protocol.http2()
                                        .options()
                                        .taking(settings.connections().responseLimits()),
                                cluster().http2Stats(),
                                this)
                        : new Http1Upstream(
                                worker(),
                                wire,
                                settings.connections().responseLimits(),
                                protocol.http1().trailers(),
                                protocol.http1().nameCase(),
                                this);
        connection = made;
        send(made);
        return made;
    }

    private void send(UpstreamConnection over) {
        head.clear();
        UpstreamStream opened = over.open();
        stream = opened;
        byte[] body = question.body();
        opened.start(
                question.head(isSecured() ? "https" : "http"),
                body == null,
                head,
                new Response(opened));
        if (body != null) {
            opened.body(Unpooled.wrappedBuffer(body));
            opened.end();
        }
    }

    @Override
    void close() {
        UpstreamStream asked = stream;
        UpstreamConnection open = connection;
        stream = null;
        connection = null;
        if (asked != null) {
            asked.cancel();
        }
        head.clear();
        if (open != null) {
            open.drain();
        }
    }

    private void finish(Question.Verdict verdict) {
        stream = null;
        head.clear();
        if (!check().config().way().reusesConnection()) {
            close();
        }
        switch (verdict) {
            case PASSED -> passed(false);
            case DEGRADED -> passed(true);
            case FAILED -> failed(Failure.ACTIVE, false);
            case RETRIABLE -> failed(Failure.ACTIVE, true);
        }
    }

    @Override
    public void onRoom() {
        // The next question is asked when its time has come.
    }

    @Override
    public void onLeaving() {
        // What is asked may be answered; the next question has a connection of its own.
        UpstreamConnection leaving = connection;
        if (stream == null && leaving != null) {
            connection = null;
            leaving.drain();
        }
    }

    @Override
    public void onGone(boolean isBroken) {
        connection = null;
    }

    @Confined("worker")
    private final class Response implements ResponseHandler {
        private final UpstreamStream of;

        Response(UpstreamStream of) {
            this.of = of;
        }

        private boolean isAwaited() {
            return of.equals(stream);
        }

        @Override
        public void onInformational(ResponseHead head) {
            // It is not the answer yet.
        }

        @Override
        public void onResponse(ResponseHead answer, boolean ends) {
            question.onHead(answer);
            if (ends) {
                end(null);
            }
        }

        @Override
        public void onResponseBody(ByteBuf bytes) {
            question.onBody(bytes);
        }

        @Override
        public void onResponseEnd() {
            end(null);
        }

        @Override
        public void onResponseTrailers(Headers trailers) {
            end(trailers);
        }

        private void end(@Nullable Headers trailers) {
            if (isAwaited()) {
                finish(question.verdict(check(), trailers));
            }
        }

        @Override
        public void onResponseFailure(UpstreamFailure failure) {
            if (isAwaited()) {
                stream = null;
                head.clear();
                if (!check().config().way().reusesConnection()) {
                    close();
                }
                failed(Failure.NETWORK, false);
            }
        }

        @Override
        public void onRequestWritable() {
            // A question is short.
        }
    }
}
