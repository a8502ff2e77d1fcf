package dev.heddle.proxy.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a [LocalReply] says beside its head.
///
/// @param text may be empty
/// @param type of the text, where the head says none
public record ReplyBody(String text, String type) {
    private static final String JSON = "application/json";

    /// In plain text.
    public ReplyBody(String text) {
        this(text, "text/plain");
    }

    /// Ends the head of a response that says it.
    ///
    /// @return the body
    public byte[] end(ResponseHead head) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Headers headers = head.headers();
        if (bytes.length == 0) {
            headers.remove(HeaderName.CONTENT_LENGTH);
            headers.remove(HeaderName.CONTENT_TYPE);
        } else {
            headers.set(HeaderName.CONTENT_LENGTH, Integer.toString(bytes.length));
            if (!headers.contains(HeaderName.CONTENT_TYPE)) {
                headers.add(HeaderName.CONTENT_TYPE, type);
            }
        }
        return bytes;
    }

    /// Ends it as a response that is all trailers: the one way in which a caller of gRPC reads an
    /// error.
    ///
    /// @param status null for what follows from that of the head
    public void end(ResponseHead head, @Nullable GrpcStatus status) {
        Headers headers = head.headers();
        GrpcStatus said = status == null ? GrpcStatus.ofHttp(head.status()) : status;
        head.setStatus(200);
        headers.remove(HeaderName.CONTENT_LENGTH);
        headers.set(HeaderName.CONTENT_TYPE, "application/grpc");
        if (!headers.contains(HeaderName.GRPC_STATUS)) {
            headers.add(HeaderName.GRPC_STATUS, Integer.toString(said.number()));
        }
        if (!text.isEmpty() && !headers.contains(HeaderName.GRPC_MESSAGE)) {
            // The end of a line of JSON is not part of a message.
            boolean isLine = type.equals(JSON) && text.endsWith("\n");
            headers.add(
                    HeaderName.GRPC_MESSAGE,
                    GrpcStatus.message(isLine ? text.substring(0, text.length() - 1) : text));
        }
    }
}
