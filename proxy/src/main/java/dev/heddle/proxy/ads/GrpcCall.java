package dev.heddle.proxy.ads;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Connection;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Stream;
import dev.heddle.proxy.http2.Http2StreamHandler;
import dev.heddle.proxy.http2.StreamEnd;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.client.StreamTransport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// One call of gRPC on a connection: messages in both directions, and one end.
///
/// A message is handed on when one is asked for; the first comes unasked. What the server sends
/// beyond it stays in the stream's window, so not more than a message and a window is held.
@Confined("config thread")
final class GrpcCall {
    private final ByteBufAllocator buffers;
    private final Hearing hearing;
    private final MessageReader reader = new MessageReader(StreamTransport.MAX_MESSAGE_BYTES);

    /// What came and was not asked for yet: a window at most.
    private final Queue<ByteBuf> unread = new ArrayDeque<>();

    private @Nullable Http2Stream stream;
    private int asked = 1;
    private boolean isReading;
    private boolean isEnded;

    /// Hears what the server says in a call.
    interface Hearing {
        /// It said something.
        default void onSign() {}

        /// A message came.
        void onMessage(byte[] message);

        /// The call is over. The last thing heard, once.
        void onEnd(GrpcStatus how);
    }

    private GrpcCall(ByteBufAllocator buffers, Hearing hearing) {
        this.buffers = buffers;
        this.hearing = hearing;
    }

    /// Begins a call.
    ///
    /// @param connection on which another stream can be opened
    /// @param scheme `http`, or `https` on a connection that is secured
    /// @param method as HTTP/2 names it, as in `/heddle.hits.v1.RuleHits/Report`
    static GrpcCall begin(
            Http2Connection connection,
            String scheme,
            String authority,
            String method,
            ByteBufAllocator buffers,
            Hearing hearing) {
        var call = new GrpcCall(buffers, hearing);
        call.stream =
                connection.open(
                        fields -> head(fields, scheme, authority, method),
                        false,
                        false,
                        call.new Reading());
        return call;
    }

    private static void head(FieldWriter fields, String scheme, String authority, String method) {
        fields.add(":method", "POST");
        fields.add(":scheme", scheme);
        fields.add(":path", method);
        fields.add(":authority", authority);
        fields.add("content-type", "application/grpc");
        fields.add("te", "trailers");
        fields.add("user-agent", "heddle");
    }

    /// Sends a message; does nothing once the call has ended.
    void send(byte[] message) {
        Http2Stream open = stream;
        if (open == null) {
            return;
        }
        ByteBuf framed = buffers.buffer(MessageReader.PREFIX + message.length);
        framed.writeByte(0).writeInt(message.length).writeBytes(message);
        open.sendData(framed, false);
    }

    /// Says that no more messages follow; the server ends the call then.
    void finish() {
        Http2Stream open = stream;
        if (open != null) {
            open.sendData(buffers.buffer(0), true);
        }
    }

    /// Lets one more message come.
    void next() {
        asked++;
        read();
    }

    /// Lets messages come as they will: the other side says few and small ones.
    void unlimited() {
        asked = Integer.MAX_VALUE;
        read();
    }

    /// Whether it has ended.
    boolean isOver() {
        return isEnded;
    }

    /// Gives the call up.
    void cancel(GrpcStatus why) {
        end(why);
    }

    /// Hands on what is there and was asked for.
    private void read() {
        if (isReading) {
            return;
        }
        isReading = true;
        while (asked > 0 && !isEnded) {
            ByteBuf bytes = unread.peek();
            if (bytes == null) {
                break;
            }
            readFrom(bytes);
            if (!isEnded && !bytes.isReadable()) {
                unread.remove().release();
            }
        }
        isReading = false;
    }

    private void readFrom(ByteBuf bytes) {
        int before = bytes.readableBytes();
        byte @Nullable [] message;
        try {
            message = reader.read(bytes);
        } catch (MessageReader.MalformedException e) {
            end(GrpcStatus.internal(String.valueOf(e.getMessage())));
            return;
        }
        Http2Stream open = stream;
        if (open != null) {
            open.consumed(before - bytes.readableBytes());
        }
        if (message != null) {
            asked--;
            hearing.onMessage(message);
        }
    }

    private void end(GrpcStatus how) {
        if (isEnded) {
            return;
        }
        isEnded = true;
        unread.forEach(ByteBuf::release);
        unread.clear();
        Http2Stream open = stream;
        stream = null;
        if (open != null) {
            open.reset(ErrorCode.CANCEL);
        }
        hearing.onEnd(how);
    }

    private final class Reading implements Http2StreamHandler {
        @Override
        public void onHead(Http2Head head, boolean isEnd) {
            hearing.onSign();
            if (head.status() >= 200 && head.status() != 200) {
                end(
                        GrpcStatus.unavailable(
                                "HTTP status "
                                        + head.status()
                                        + " (expected: 200, as gRPC has it)"));
            } else if (isEnd) {
                onTrailers(head);
            }
        }

        @Override
        public void onData(ByteBuf data, boolean isEnd) {
            hearing.onSign();
            if (isEnded) {
                data.release();
                return;
            }
            unread.add(data);
            read();
            if (isEnd) {
                end(GrpcStatus.internal("the server ended the stream without a status"));
            }
        }

        @Override
        public void onTrailers(Http2Head trailers) {
            end(
                    GrpcStatus.of(trailers)
                            .orElse(
                                    GrpcStatus.internal(
                                            "the server ended the stream without a status")));
        }

        @Override
        public void onWritable() {
            // Messages are few and small, and the stream holds what waits for a window.
        }

        @Override
        public void onClosed(StreamEnd how, ErrorCode code) {
            stream = null;
            end(
                    switch (how) {
                        case COMPLETE -> GrpcStatus.CLOSED;
                        case RESET_BY_PEER ->
                                GrpcStatus.unavailable("reset by the server, " + code);
                        case RESET_HERE, OVERLOADED -> GrpcStatus.cancelled("");
                        case PROTOCOL_ERROR ->
                                GrpcStatus.internal("the server broke a rule of HTTP/2, " + code);
                        case NOT_PROCESSED ->
                                GrpcStatus.unavailable("the server takes no more streams");
                        case CONNECTION_LOST -> GrpcStatus.unavailable("the connection was lost");
                    });
        }
    }
}
