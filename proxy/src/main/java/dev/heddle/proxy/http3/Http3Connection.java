package dev.heddle.proxy.http3;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.HeadBuilder.Message;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.hpack.Outcome;
import dev.heddle.proxy.http2.hpack.QpackDecoder;
import dev.heddle.proxy.http2.hpack.QpackEncoder;
import dev.heddle.proxy.quic.QuicConnection;
import dev.heddle.proxy.quic.QuicStream;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One HTTP/3 connection, as its server. No dynamic table is offered or used, so no stream waits
/// for another one.
///
/// ```
///   open ──drain──▶ GOAWAY(all) ──leave──▶ GOAWAY(next) ──no stream left──▶ closed
///     └──────────────── an error of the peer ─▶ CONNECTION_CLOSE(code) ──────▲
/// ```
@Confined("worker")
public final class Http3Connection implements QuicConnection.Handler {
    /// The largest id of a request, for a client that is to go some time.
    private static final long EVERY_REQUEST = (1L << 62) - 4;

    private final QuicConnection quic;
    private final Http2Loop loop;
    private final Http3Settings settings;
    private final Http3Listener listener;
    private final QpackDecoder decoder;
    private final QpackEncoder encoder;
    private final PeerStreams peers = new PeerStreams(this);
    private final Set<Http3Stream> streams = new HashSet<>();
    private final ArrayDeque<Http3Stream> dirty = new ArrayDeque<>();
    private final Runnable endTurn = this::endTurn;

    private @Nullable QuicStream control;

    /// What the control stream is to say and cannot yet.
    private final ByteBuf early = Unpooled.buffer();

    private long next;
    private int textEnd;
    private boolean isDraining;
    private boolean isGoing;
    private boolean isClosed;
    private boolean isGone;
    private String closedFor = "";

    public Http3Connection(
            QuicConnection quic, Http2Loop loop, Http3Settings settings, Http3Listener listener) {
        this.quic = quic;
        this.loop = loop;
        this.settings = settings;
        this.listener = listener;
        this.decoder = new QpackDecoder(settings.headers());
        this.encoder = new QpackEncoder(loop.scratch());
    }

    /// Says what every connection begins with. To be called once, before anything else.
    public void start() {
        quic.setHandler(this);
        FrameReader.number(early, Frame.CONTROL_STREAM);
        ByteBuf said = Unpooled.buffer();
        FrameReader.number(said, Frame.MAX_FIELD_SECTION_SIZE);
        FrameReader.number(said, settings.headers().bytes());
        if (settings.connectProtocol()) {
            FrameReader.number(said, Frame.ENABLE_CONNECT_PROTOCOL);
            FrameReader.number(said, 1);
        }
        FrameReader.number(early, Frame.SETTINGS);
        FrameReader.number(early, said.readableBytes());
        early.writeBytes(said);
        quic.open(opened -> {
            control = opened;
            opened.write(early.copy(), false);
            early.clear();
        });
    }

    /// Whether it takes no new streams any more, now or later.
    public boolean isLeaving() {
        return isDraining || isClosed;
    }

    /// Says that the connection is about to go, and takes what is already on its way.
    public void drain() {
        if (!isLeaving()) {
            isDraining = true;
            goAway(EVERY_REQUEST);
        }
    }

    /// Takes no stream more, from now on, and ends with those that there are.
    public void leave() {
        if (!isGoing && !isClosed) {
            isDraining = true;
            isGoing = true;
            goAway(next);
            closeIfDrained();
        }
    }

    private void goAway(long id) {
        ByteBuf out = Unpooled.buffer();
        FrameReader.number(out, Frame.GOAWAY);
        FrameReader.number(out, id < 1 << 6 ? 1 : id < 1 << 14 ? 2 : id < 1 << 30 ? 4 : 8);
        FrameReader.number(out, id);
        if (control == null) {
            early.writeBytes(out);
        } else {
            control.write(out, false);
        }
    }

    /// Ends the connection and all streams now.
    public void close() {
        fail(Http3Error.NO_ERROR, "");
    }

    void fail(Http3Error error, String details) {
        if (!isClosed) {
            isClosed = true;
            closedFor = details;
            loseStreams(
                    error == Http3Error.NO_ERROR ? ErrorCode.NO_ERROR : ErrorCode.PROTOCOL_ERROR);
            quic.close(error.number(), details);
        }
    }

    private void loseStreams(ErrorCode why) {
        for (Http3Stream stream : List.copyOf(streams)) {
            stream.lose(why);
        }
    }

    private void closeIfDrained() {
        if (isGoing && streams.isEmpty() && !isClosed) {
            isClosed = true;
            quic.close(Http3Error.NO_ERROR.number(), "");
        }
    }

    @Override
    public void onStream(QuicStream stream) {
        if (!stream.isBidirectional()) {
            peers.add(stream);
            return;
        }
        if (isGoing || isClosed) {
            stream.reset(Http3Error.REQUEST_REJECTED.number());
            return;
        }
        next = Math.max(next, stream.id() + 4);
        streams.add(new Http3Stream(this, stream));
    }

    @Override
    public void onWorn() {
        listener.onWorn();
    }

    @Override
    public void onClosed() {
        if (!isGone) {
            isGone = true;
            isClosed = true;
            loseStreams(ErrorCode.NO_ERROR);
            listener.onClosed(closedFor);
        }
    }

    void onOver(Http3Stream stream) {
        streams.remove(stream);
        closeIfDrained();
    }

    void onRequest(Http3Stream stream, Http2Head head, boolean isEnd) {
        listener.onRequest(stream, head, isEnd);
    }

    void onRefused(String details) {
        listener.onRefused(details);
    }

    boolean isClosed() {
        return isClosed;
    }

    Http3Settings settings() {
        return settings;
    }

    Worker worker() {
        return quic.worker();
    }

    ByteBufAllocator allocator() {
        return loop.allocator();
    }

    /// Decodes a field section into the worker's head; [#finish] then checks it.
    Outcome decode(ByteBuf section, Message message) {
        int length = section.readableBytes();
        byte[] block = loop.scratch().block(length);
        section.getBytes(section.readerIndex(), block, 0, length);
        loop.builder().begin(message, settings.connectProtocol());
        Outcome outcome = decoder.decode(block, 0, length, loop.scratch(), loop.builder());
        textEnd = decoder.textEnd();
        return outcome;
    }

    /// Checks what was decoded.
    ///
    /// @return what is wrong with it, or null
    @Nullable String finish() {
        return loop.builder().finish(textEnd, loop.allocator());
    }

    Http2Head head() {
        return loop.head();
    }

    /// Begins a field section, which [#encoder] then has.
    FieldWriter fields() {
        FieldWriter fields = loop.fields();
        fields.begin(encoder);
        return fields;
    }

    QpackEncoder encoder() {
        return encoder;
    }

    /// Has a stream send what it wrote at the end of this turn.
    void flushLater(Http3Stream stream) {
        if (dirty.isEmpty()) {
            worker().execute(endTurn);
        }
        dirty.add(stream);
    }

    private void endTurn() {
        for (Http3Stream stream = dirty.poll(); stream != null; stream = dirty.poll()) {
            stream.onTurnEnd();
        }
    }

    @Override
    public String toString() {
        return "SERVER " + quic.remote() + ", " + streams.size() + " streams";
    }
}
