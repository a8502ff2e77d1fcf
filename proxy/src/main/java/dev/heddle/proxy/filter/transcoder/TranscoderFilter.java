package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns requests of JSON into calls of gRPC, and the answers back. What is gRPC already passes as
/// it is, and so does what is no call by the rules, unless the configuration says otherwise.
@Confined("worker")
public final class TranscoderFilter implements HttpFilter {
    static final String JSON = "application/json";
    static final String EVENTS = "text/event-stream";

    private static final String GRPC = "application/grpc";
    private static final String FAILED_EARLY = "early_grpc_json_transcode_failure";
    private static final String FAILED = "grpc_json_transcode_failure";
    private static final HeaderName ORIGINAL_METHOD = HeaderName.of("x-envoy-original-method");

    private final @Nullable Transcoder transcoder;

    private Transcoder.@Nullable Call call;

    /// Of the request, for those whose body is no JSON.
    private String contentType = "";

    /// Whether the body was translated already, as there is none.
    private boolean isBodyMade;

    private @Nullable ResponseTranslation response;

    /// @param transcoder null for one that does nothing
    public TranscoderFilter(@Nullable Transcoder transcoder) {
        this.transcoder = transcoder;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        Headers headers = exchange.request().headers();
        Transcoder of = transcoder;
        if (of == null || GrpcStatus.isCall(headers)) {
            return Verdict.CONTINUE;
        }
        return switch (of.match(exchange.request().method(), exchange.request().path())) {
            case Transcoder.Match.UnknownMethod(String message) ->
                    of.strictness().isUnknownMethodRejected()
                            ? refused(404, FAILED_EARLY + "{NOT_FOUND}", message)
                            : Verdict.CONTINUE;
            case Transcoder.Match.UnknownField(String message) ->
                    of.strictness().isUnknownParameterRejected()
                            ? refused(400, FAILED_EARLY + "{INVALID_ARGUMENT}", message)
                            : Verdict.CONTINUE;
            case Transcoder.Match.TooDeep(String message) ->
                    refused(400, FAILED_EARLY + "{INVALID_ARGUMENT}", message);
            case Transcoder.Match.Is(Transcoder.Call found) -> begin(exchange, of, found);
        };
    }

    private static Verdict refused(int status, String details, String message) {
        return new Verdict.Reply(LocalReply.configured(status, details, text(message), List.of()));
    }

    /// A text of ours, one character a byte, as others have texts.
    private static String text(String message) {
        return new String(Types.bytes(message), StandardCharsets.UTF_8);
    }

    private Verdict begin(Exchange exchange, Transcoder of, Transcoder.Call found) {
        Headers headers = exchange.request().headers();
        contentType = "";
        if (!found.isJson()) {
            String said = headers.get(HeaderName.CONTENT_TYPE);
            contentType = said == null ? "" : said;
        }
        // With what a body of none becomes, if there is none: an error of it is no call yet.
        byte[] made = null;
        try {
            if (!found.isJson()) {
                RequestMessages.bare(found.plan());
            }
            if (exchange.isBodyless()) {
                made = withoutBody(found);
            }
        } catch (BadMessage e) {
            return refused(400, FAILED_EARLY + "{INVALID_ARGUMENT}", e.text());
        }
        call = found;
        // Whoever asked knows nothing of gRPC, so the proxy's own answers are of HTTP.
        exchange.answerInHttp();
        headers.remove(HeaderName.CONTENT_LENGTH);
        headers.set(HeaderName.CONTENT_TYPE, GRPC);
        headers.set(HeaderName.X_ENVOY_ORIGINAL_PATH, exchange.request().path());
        headers.add(ORIGINAL_METHOD, exchange.request().method());
        exchange.request().setPath(found.method().path());
        exchange.request().changeMethod("POST");
        headers.set(HeaderName.TE, "trailers");
        if (!of.behavior().isRouteKept()) {
            exchange.clearRoute();
        }
        of.behavior().mostRequestBytes().ifPresent(exchange.requestBody()::holdMore);
        isBodyMade = made != null;
        if (made != null && made.length > 0) {
            exchange.requestBody().offer(Unpooled.wrappedBuffer(made));
        }
        return Verdict.CONTINUE;
    }

    private byte[] withoutBody(Transcoder.Call found) throws BadMessage {
        if (!found.isJson()) {
            return HttpBodies.message(
                    RequestMessages.bare(found.plan()),
                    found.method().requestBody(),
                    contentType,
                    new byte[0],
                    found.unknown());
        }
        var messages = new RequestMessages(found.plan(), found.method().isClientStreaming());
        messages.end();
        byte[] first = messages.next();
        return first == null ? new byte[0] : first;
    }

    /// So much of a request may be held.
    static long mostRequestBytes(Exchange exchange, Transcoder of) {
        return of.behavior().mostRequestBytes().orElse(exchange.requestBody().limitBytes());
    }

    /// Answers that the request is no call that could be made.
    static void refuse(Exchange exchange, BadMessage bad) {
        exchange.reply(
                LocalReply.configured(
                        400, FAILED + "{INVALID_ARGUMENT}", text(bad.text()), List.of()));
    }

    /// Answers that the request is too large.
    static void refuseLarge(Exchange exchange) {
        exchange.reply(
                LocalReply.configured(
                        413,
                        FAILED + "{request_buffer_size_limit_reached}",
                        "Request rejected because the transcoder's internal buffer size exceeds"
                                + " the configured limit.",
                        List.of()));
    }

    @Override
    public BodySink toUpstream(Exchange exchange, BodySink upstream) {
        Transcoder.Call found = call;
        Transcoder of = transcoder;
        if (found == null || of == null || isBodyMade) {
            return upstream;
        }
        // A body may be sent once more, so each has a translation of its own.
        long most = mostRequestBytes(exchange, of);
        return found.isJson()
                ? new JsonRequest(exchange, upstream, found, most)
                : new HttpBodyRequest(exchange, upstream, found, contentType, most);
    }

    // --- answers -----------------------------------------------------------------------------

    @Override
    public void onResponse(Exchange exchange, ResponseHead head) {
        Transcoder.Call found = call;
        Transcoder of = transcoder;
        response = null;
        if (found == null || of == null) {
            return;
        }
        Headers headers = head.headers();
        boolean isBodyless = exchange.isResponseBodyless();
        boolean isGrpc =
                isBodyless
                        ? headers.contains(HeaderName.GRPC_STATUS)
                        : head.status() == 200 && GrpcStatus.isCall(headers);
        if (!isGrpc) {
            // The proxy's own answer, or that of somebody who speaks no gRPC.
            call = null;
            return;
        }
        var translation = new ResponseTranslation(exchange, of, found.method());
        if (isBodyless) {
            translation.withoutBody(head);
        } else {
            translation.begin(head);
            response = translation;
        }
    }

    /// Answers that the call's answer cannot be told.
    static void failed(Exchange exchange, BadMessage bad) {
        exchange.replyInstead(
                LocalReply.configured(502, FAILED + "{INTERNAL}", text(bad.text()), List.of()));
    }

    /// Answers that the call's answer is too large.
    static void failedLarge(Exchange exchange) {
        exchange.replyInstead(
                LocalReply.configured(
                        500,
                        FAILED + "{response_buffer_size_limit_reached}",
                        "Response not transcoded because the transcoder's internal buffer size"
                                + " exceeds the configured limit.",
                        List.of()));
    }

    @Override
    public BodySink toClient(Exchange exchange, BodySink client) {
        ResponseTranslation translation = response;
        if (translation == null) {
            return client;
        }
        return translation.isHttpBody()
                ? new HttpBodyResponse(translation, client)
                : new JsonResponse(translation, client);
    }

    @Override
    public void onComplete(Exchange exchange) {
        call = null;
        contentType = "";
        isBodyMade = false;
        response = null;
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
