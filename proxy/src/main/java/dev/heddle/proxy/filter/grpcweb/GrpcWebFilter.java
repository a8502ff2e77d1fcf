package dev.heddle.proxy.filter.grpcweb;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;

/// Turns calls of gRPC-Web into gRPC, and the answers back. Other requests pass as they are.
///
/// An answer that is no gRPC becomes an error of gRPC that tells its text, with the status that it
/// had in HTTP.
@Confined("worker")
public final class GrpcWebFilter implements HttpFilter {
    private static final HeaderName GRPC_ACCEPT_ENCODING = HeaderName.of("grpc-accept-encoding");
    private static final String GRPC = "application/grpc";
    private static final String BINARY = "application/grpc-web";
    private static final String BINARY_PROTO = "application/grpc-web+proto";
    private static final String TEXT = "application/grpc-web-text";
    private static final String TEXT_PROTO = "application/grpc-web-text+proto";

    private boolean isCall;
    private boolean isTextRequest;
    private boolean isTextResponse;
    private boolean isHolding;

    @Override
    public Verdict onRequest(Exchange exchange) {
        Headers headers = exchange.request().headers();
        isTextRequest = isEither(headers, HeaderName.CONTENT_TYPE, TEXT, TEXT_PROTO);
        isCall = isTextRequest || isEither(headers, HeaderName.CONTENT_TYPE, BINARY, BINARY_PROTO);
        if (!isCall) {
            return Verdict.CONTINUE;
        }
        isTextResponse = isEither(headers, HeaderName.ACCEPT, TEXT, TEXT_PROTO);
        // The body may get shorter, and gRPC says no length anyway.
        headers.remove(HeaderName.CONTENT_LENGTH);
        headers.set(HeaderName.CONTENT_TYPE, GRPC);
        headers.set(HeaderName.TE, "trailers");
        if (!headers.contains(GRPC_ACCEPT_ENCODING)) {
            headers.add(GRPC_ACCEPT_ENCODING, "identity");
        }
        exchange.answerInHttp();
        return Verdict.CONTINUE;
    }

    private static boolean isEither(Headers headers, HeaderName name, String one, String other) {
        return headers.is(name, one) || headers.is(name, other);
    }

    @Override
    public BodySink toUpstream(Exchange exchange, BodySink upstream) {
        return isTextRequest ? new DecodedRequest(exchange, upstream) : upstream;
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        if (!isCall) {
            return;
        }
        Headers headers = response.headers();
        boolean isGrpc =
                exchange.isResponseBodyless()
                        ? headers.contains(HeaderName.GRPC_STATUS)
                        : response.status() == 200 && GrpcStatus.isCall(headers);
        isHolding =
                !isGrpc
                        && !exchange.isResponseBodyless()
                        && !(response.status() == 200 && isGrpcWeb(headers));
        headers.remove(HeaderName.CONTENT_LENGTH);
        headers.set(HeaderName.CONTENT_TYPE, isTextResponse ? TEXT_PROTO : BINARY_PROTO);
        if (isHolding) {
            exchange.holdResponse();
        }
    }

    private static boolean isGrpcWeb(Headers headers) {
        String type = headers.get(HeaderName.CONTENT_TYPE);
        if (type == null) {
            return false;
        }
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).stripTrailing();
        return bare.equalsIgnoreCase(BINARY) || bare.equalsIgnoreCase(BINARY_PROTO);
    }

    @Override
    public BodySink toClient(Exchange exchange, BodySink client) {
        if (!isCall) {
            return client;
        }
        return isHolding
                ? new TextBecomesStatus(exchange)
                : new EncodedResponse(exchange.worker().allocator(), client, isTextResponse);
    }

    @Override
    public void onComplete(Exchange exchange) {
        isCall = false;
        isTextRequest = false;
        isTextResponse = false;
        isHolding = false;
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
