package dev.heddle.proxy.filter.grpcweb;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Collects an answer that is no gRPC, whose head waits, and tells it as the message of a status.
@Confined("worker")
final class TextBecomesStatus implements BodySink {
    /// So much of it is told; Envoy's limit.
    private static final int MAX_BYTES = 16 * 1024;

    private final Exchange exchange;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    TextBecomesStatus(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void body(ByteBuf bytes) {
        int length = Math.min(bytes.readableBytes(), MAX_BYTES - text.size());
        byte[] piece = new byte[length];
        bytes.readBytes(piece);
        bytes.release();
        text.writeBytes(piece);
    }

    @Override
    public void end() {
        ResponseHead head = exchange.heldResponse();
        Headers headers = head.headers();
        GrpcStatus status = GrpcStatus.ofHttp(head.status());
        headers.set(
                HeaderName.GRPC_MESSAGE, GrpcStatus.message(text.toString(StandardCharsets.UTF_8)));
        headers.set(HeaderName.GRPC_STATUS, Integer.toString(status.number()));
        headers.remove(HeaderName.TRANSFER_ENCODING);
        headers.set(HeaderName.CONTENT_LENGTH, "0");
        exchange.releaseResponse();
    }

    @Override
    public void trailers(Headers trailers) {
        end();
    }

    @Override
    public boolean isWritable() {
        return true;
    }
}
