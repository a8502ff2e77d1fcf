package dev.heddle.proxy.filter.extauthz;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.call.OwnRequest;
import dev.heddle.telemetry.SocketAddressText;
import dev.heddle.xds.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One question to a service, and its answer. An answer that is longer than [#MOST_ANSWER_BYTES] is
/// none.
@Confined("worker")
final class Check implements OwnRequest.Asker {
    static final int MOST_ANSWER_BYTES = 1 << 20;

    private static final HeaderName TE = HeaderName.of("te");
    private static final HeaderName GRPC_TIMEOUT = HeaderName.of("grpc-timeout");

    private final FilterContext context;
    private final CheckService service;
    private final RequestHead head;
    private final byte[] body;
    private final Consumer<Answer> hears;
    private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
    private @Nullable OwnRequest request;
    private @Nullable ResponseHead answer;
    private boolean isOver;

    private Check(
            FilterContext context,
            CheckService service,
            RequestHead head,
            byte[] body,
            Consumer<Answer> hears) {
        this.context = context;
        this.service = service;
        this.head = head;
        this.body = body;
        this.hears = hears;
    }

    /// A question in gRPC.
    ///
    /// @param message the question
    /// @param about for headers that speak of the request
    /// @param hears the answer, once
    static Check of(
            FilterContext context,
            CheckService.Grpc service,
            Bytes message,
            ExchangeRecord about,
            StreamInfo info,
            Consumer<Answer> hears) {
        RequestHead head = RequestHead.of("POST", "http", service.authority(), GrpcAnswer.METHOD);
        head.setProtocol(Protocol.HTTP_2);
        Headers headers = head.headers();
        headers.add(TE, "trailers");
        headers.add(GRPC_TIMEOUT, service.timeout().toMillis() + "m");
        headers.add(HeaderName.CONTENT_TYPE, "application/grpc");
        add(headers, service, about);
        if (service.saysWhence()) {
            sayInside(headers, service);
            String here = SocketAddressText.host(info.downstreamLocal());
            if (here != null) {
                headers.set(HeaderName.X_FORWARDED_FOR, here);
            }
        }
        return new Check(context, service, head, GrpcAnswer.framed(message), hears);
    }

    /// A question with a request's head, as far as the service is told of it.
    ///
    /// @param told headers by name, those that begin with a colon among them
    static Check of(
            FilterContext context,
            CheckService.Http service,
            Map<String, String> told,
            byte[] body,
            ExchangeRecord about,
            Consumer<Answer> hears) {
        RequestHead head =
                RequestHead.of(
                        told.getOrDefault(":method", "GET"),
                        "http",
                        told.getOrDefault(":authority", service.cluster()),
                        service.pathPrefix() + told.getOrDefault(":path", "/"));
        Headers headers = head.headers();
        headers.add(HeaderName.CONTENT_LENGTH, Integer.toString(body.length));
        told.forEach((name, value) -> {
            if (!name.startsWith(":") && !Edits.isOfTransport(name)) {
                headers.add(HeaderName.of(name), value);
            }
        });
        add(headers, service, about);
        sayInside(headers, service);
        return new Check(context, service, head, body, hears);
    }

    private static void add(Headers headers, CheckService service, ExchangeRecord about) {
        for (CheckService.Added each : service.added()) {
            headers.set(each.name(), Edits.sound(each.value().line(about)));
        }
    }

    /// As Envoy, whose questions are requests of its own: they come from inside.
    private static void sayInside(Headers headers, CheckService service) {
        headers.set(HeaderName.X_ENVOY_INTERNAL, "true");
        headers.set(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, service.timeout().toMillis());
    }

    /// Asks. The answer may be heard before this returns.
    void start() {
        Cluster cluster = context.clusters().get(service.cluster());
        if (cluster == null) {
            hear(Answer.NONE);
            return;
        }
        var question = new OwnRequest(context.worker(), context.http2(), cluster, head, this);
        request = question;
        question.limit(service.timeout());
        question.start(body.length == 0);
    }

    /// Gives the question up: nothing more is heard.
    void cancel() {
        isOver = true;
        if (request != null) {
            request.cancel();
        }
    }

    @Override
    public void onStream(UpstreamStream stream) {
        if (body.length > 0) {
            stream.body(context.worker().allocator().buffer(body.length).writeBytes(body));
            if (!isOver) {
                stream.end();
            }
        }
    }

    @Override
    public void onResponse(ResponseHead came) {
        answer = came;
    }

    @Override
    public void onBody(ByteBuf bytes) {
        int length = bytes.readableBytes();
        boolean isTooLong = length > MOST_ANSWER_BYTES - answered.size();
        if (!isTooLong) {
            byte[] piece = new byte[length];
            bytes.readBytes(piece);
            answered.writeBytes(piece);
        }
        bytes.release();
        if (isTooLong && request != null) {
            request.cancel();
            hear(Answer.NONE);
        }
    }

    @Override
    public void onEnd(@Nullable Headers trailers) {
        ResponseHead came = answer;
        if (came == null) {
            hear(Answer.NONE);
            return;
        }
        hear(
                switch (service) {
                    case CheckService.Grpc _ ->
                            GrpcAnswer.read(came, answered.toByteArray(), trailers);
                    case CheckService.Http http ->
                            HttpAnswer.read(came, answered.toByteArray(), http.answers());
                });
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        hear(Answer.NONE);
    }

    private void hear(Answer said) {
        if (!isOver) {
            isOver = true;
            hears.accept(said);
        }
    }
}
