package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The head of an answer, which is known whole when its trailers came: of what is no stream it is
/// kept back until then.
@Confined("worker")
final class ResponseTranslation {
    private static final HeaderName DETAILS = HeaderName.of("grpc-status-details-bin");
    private static final byte[] EMPTY_LIST = {'[', ']'};

    private final Exchange exchange;
    private final Transcoder transcoder;
    private final TranscodedMethod method;

    /// Whether the head is kept back.
    private boolean isHeld;

    ResponseTranslation(Exchange exchange, Transcoder transcoder, TranscodedMethod method) {
        this.exchange = exchange;
        this.transcoder = transcoder;
        this.method = method;
    }

    Exchange exchange() {
        return exchange;
    }

    Transcoder transcoder() {
        return transcoder;
    }

    TranscodedMethod method() {
        return method;
    }

    boolean isStream() {
        return method.isServerStreaming();
    }

    boolean isHttpBody() {
        return method.isResponseHttpBody();
    }

    boolean isHeld() {
        return isHeld;
    }

    /// So much of the answer may be held.
    long mostBytes() {
        return transcoder
                .behavior()
                .mostResponseBytes()
                .orElse(exchange.requestBody().limitBytes());
    }

    /// A head came behind which is a body.
    void begin(ResponseHead head) {
        setType(head.headers(), true);
        head.headers().remove(HeaderName.CONTENT_LENGTH);
        if (!isStream() || isHttpBody()) {
            isHeld = true;
            exchange.holdResponse();
        }
    }

    private void setType(Headers headers, boolean isJson) {
        if (isStream() && transcoder.printing().isByEvent()) {
            headers.set(HeaderName.CONTENT_TYPE, TranscoderFilter.EVENTS);
        } else if (isJson || isStream()) {
            headers.set(HeaderName.CONTENT_TYPE, TranscoderFilter.JSON);
        }
    }

    /// A head came that is the whole answer.
    void withoutBody(ResponseHead head) {
        Headers headers = head.headers();
        setType(headers, false);
        String number = headers.get(HeaderName.GRPC_STATUS);
        byte[] status = status(headers);
        head.setStatus(httpStatus(number));
        withoutTrailer(headers);
        if (status != null) {
            headers.remove(HeaderName.GRPC_STATUS);
            headers.remove(HeaderName.GRPC_MESSAGE);
            headers.remove(DETAILS);
            headers.set(HeaderName.CONTENT_TYPE, TranscoderFilter.JSON);
            headers.set(HeaderName.CONTENT_LENGTH, status.length);
            exchange.giveBody(status);
            return;
        }
        boolean isList =
                isStream()
                        && !isHttpBody()
                        && !transcoder.printing().isByLine()
                        && !transcoder.printing().isByEvent();
        if (isList) {
            headers.remove(HeaderName.CONTENT_LENGTH);
            exchange.giveBody(EMPTY_LIST);
        } else if (!isStream()) {
            headers.set(HeaderName.CONTENT_LENGTH, "0");
        }
    }

    private void withoutTrailer(Headers headers) {
        if (exchange.request().protocol().compareTo(Protocol.HTTP_2) < 0) {
            headers.remove(HeaderName.TRAILER);
        }
    }

    private static int httpStatus(@Nullable String grpcStatus) {
        return isNumber(grpcStatus) && grpcStatus != null ? GrpcStatus.toHttp(grpcStatus) : 503;
    }

    private static boolean isNumber(@Nullable String text) {
        return text != null
                && !text.isEmpty()
                && text.length() <= 18
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// The body of an error that has none: `google.rpc.Status`. Null where it shall have none, or
    /// it is none.
    ///
    /// @param trailers with the error
    byte @Nullable [] status(Headers trailers) {
        String number = trailers.get(HeaderName.GRPC_STATUS);
        if (!transcoder.behavior().isStatusConverted()
                || number == null
                || !isNumber(number)
                || number.equals("0")) {
            return null;
        }
        JsonText out = transcoder.printer().output();
        try {
            transcoder.printer().print(transcoder.status(), message(number, trailers), out);
        } catch (BadMessage _) {
            // Its details are of types that are not described.
            return null;
        }
        return out.take();
    }

    private static Bytes message(String number, Headers trailers) {
        String details = trailers.get(DETAILS);
        if (details != null) {
            try {
                Bytes said = Bytes.of(Base64.getDecoder().decode(details));
                // Nothing is made of it, but that it is a message.
                return new Raw(said).bytes();
            } catch (WireException _) {
                // As if it was not there.
            } catch (IllegalArgumentException _) {
                // The same.
            }
        }
        var status = new WireWriter().number(1, Long.parseLong(number));
        String message = trailers.get(HeaderName.GRPC_MESSAGE);
        if (message != null && !message.isEmpty()) {
            status.bytes(
                    2,
                    Bytes.of(Types.bytes(UrlText.decoded(message, UrlText.Left.NOTHING, false))));
        }
        return status.toBytes();
    }

    /// Lets the head go that is kept back, before a body of unknown length.
    void release() {
        isHeld = false;
        exchange.releaseHead();
    }

    /// Lets the head go that is kept back, of the answer that is complete now.
    ///
    /// @param trailers of the call; null where there were none
    /// @param length of the body
    void release(@Nullable Headers trailers, int length, boolean isConverted) {
        ResponseHead head = exchange.heldResponse();
        Headers headers = head.headers();
        if (trailers != null && !isStream()) {
            String number = trailers.get(HeaderName.GRPC_STATUS);
            head.setStatus(httpStatus(number));
            if (!isConverted) {
                if (isNumber(number) && number != null) {
                    headers.set(HeaderName.GRPC_STATUS, number);
                }
                String message = trailers.get(HeaderName.GRPC_MESSAGE);
                if (message != null) {
                    headers.set(HeaderName.GRPC_MESSAGE, message);
                }
            }
            withoutTrailer(headers);
            headers.set(HeaderName.CONTENT_LENGTH, length);
        }
        release();
    }
}
