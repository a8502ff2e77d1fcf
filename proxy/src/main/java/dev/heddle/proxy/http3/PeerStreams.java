package dev.heddle.proxy.http3;

import dev.heddle.proxy.quic.QuicStream;
import dev.heddle.proxy.quic.QuicStreamHandler;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/// The streams of a connection on which only the client sends: its control stream, the two of QPACK
/// (RFC 9204, section 4.2), and whatever else (RFC 9114, section 6.2).
@Confined("worker")
final class PeerStreams {
    /// A client says what it takes in a few bytes.
    private static final int MOST_SETTINGS_BYTES = 4096;

    private static final byte STOP = 0x20;
    private static final int CANCELLATION = 0x40;

    private final Http3Connection connection;
    private boolean hasControl;
    private boolean hasEncoder;
    private boolean hasDecoder;
    private boolean areSettingsKnown;

    PeerStreams(Http3Connection connection) {
        this.connection = connection;
    }

    void add(QuicStream stream) {
        stream.setHandler(new PeerStream(stream));
    }

    /// What is done with the bytes of a stream, once its type is known.
    private interface Reader {
        void read(ByteBuf bytes);
    }

    @Confined("worker")
    private final class PeerStream implements QuicStreamHandler {
        private final QuicStream stream;
        private final byte[] type = new byte[8];
        private int typeLength;
        private @Nullable Reader reader;

        /// Whether the connection cannot do without it.
        private boolean isCritical;

        PeerStream(QuicStream stream) {
            this.stream = stream;
        }

        @Override
        public void onBytes(ByteBuf bytes, boolean isEnd) {
            try {
                while (reader == null && bytes.isReadable()) {
                    type[typeLength++] = bytes.readByte();
                    if (typeLength == FrameReader.length(type[0])) {
                        begin(FrameReader.value(type, 0));
                    }
                }
                if (reader != null && !connection.isClosed()) {
                    reader.read(bytes);
                }
                if (isEnd) {
                    onEnd();
                }
            } finally {
                bytes.release();
            }
        }

        private void begin(long kind) {
            boolean isSecond = false;
            if (kind == Frame.CONTROL_STREAM) {
                isSecond = hasControl;
                hasControl = true;
                var frames = new FrameReader(new Control());
                reader = frames::read;
            } else if (kind == Frame.ENCODER_STREAM) {
                isSecond = hasEncoder;
                hasEncoder = true;
                reader = PeerStreams.this::readEncoder;
            } else if (kind == Frame.DECODER_STREAM) {
                isSecond = hasDecoder;
                hasDecoder = true;
                reader = new DecoderReader();
            } else if (kind == Frame.PUSH_STREAM) {
                isSecond = true;
                reader = _ -> {};
            } else {
                // There to be passed over.
                reader = ByteBuf::clear;
                stream.stopReading(Http3Error.STREAM_CREATION_ERROR.number());
                return;
            }
            isCritical = true;
            if (isSecond) {
                connection.fail(Http3Error.STREAM_CREATION_ERROR, "http3.stream_creation_error");
            }
        }

        private void onEnd() {
            if (isCritical) {
                connection.fail(Http3Error.CLOSED_CRITICAL_STREAM, "http3.closed_critical_stream");
            }
        }

        @Override
        public void onReset(long code) {
            onEnd();
        }

        @Override
        public void onEndSent() {
            // Nothing is sent on it.
        }

        @Override
        public void onWritable() {
            // Nothing is sent on it.
        }

        @Override
        public void onClosed() {
            // With its connection.
        }
    }

    /// A client that was offered no table may say that it takes none, and no more.
    private void readEncoder(ByteBuf bytes) {
        while (bytes.isReadable()) {
            if (bytes.readByte() != STOP) {
                connection.fail(
                        Http3Error.QPACK_ENCODER_STREAM_ERROR, "http3.qpack_encoder_stream_error");
                return;
            }
        }
    }

    /// A client that was told of no entries may give up streams, and has nothing to acknowledge.
    @Confined("worker")
    private final class DecoderReader implements Reader {
        private static final int MOST_MORE = 9;

        private int more = -1;

        @Override
        public void read(ByteBuf bytes) {
            while (bytes.isReadable()) {
                int next = bytes.readUnsignedByte();
                if (more < 0) {
                    if ((next & 0xc0) != CANCELLATION) {
                        fail();
                        return;
                    }
                    more = (next & 0x3f) == 0x3f ? 0 : -1;
                } else if (next < 0x80) {
                    more = -1;
                } else if (++more > MOST_MORE) {
                    fail();
                    return;
                }
            }
        }

        private void fail() {
            connection.fail(
                    Http3Error.QPACK_DECODER_STREAM_ERROR, "http3.qpack_decoder_stream_error");
        }
    }

    /// Hears frames of the client's control stream.
    @Confined("worker")
    private final class Control implements FrameReader.Sink {
        @Override
        public boolean isListening() {
            return !connection.isClosed();
        }

        @Override
        public FrameReader.@Nullable Want onFrame(long type, long length) {
            if (!areSettingsKnown && type != Frame.SETTINGS) {
                connection.fail(Http3Error.MISSING_SETTINGS, "http3.missing_settings");
                return null;
            }
            boolean isMisplaced =
                    type == Frame.DATA
                            || type == Frame.HEADERS
                            || type == Frame.PUSH_PROMISE
                            || Frame.isOfHttp2(type)
                            || (type == Frame.SETTINGS && areSettingsKnown);
            if (isMisplaced) {
                connection.fail(Http3Error.FRAME_UNEXPECTED, "http3.frame_unexpected");
                return null;
            }
            if (type == Frame.SETTINGS) {
                areSettingsKnown = true;
                if (length > MOST_SETTINGS_BYTES) {
                    connection.fail(Http3Error.EXCESSIVE_LOAD, "http3.settings_too_large");
                    return null;
                }
                return FrameReader.Want.WHOLE;
            }
            // Nothing is pushed, and a client that goes just goes.
            return FrameReader.Want.NOTHING;
        }

        @Override
        public void onPayload(long type, ByteBuf payload) {
            var seen = new HashSet<Long>();
            while (payload.isReadable()) {
                long id = FrameReader.number(payload);
                long value = FrameReader.number(payload);
                if (id < 0 || value < 0) {
                    connection.fail(Http3Error.FRAME_ERROR, "http3.frame_cut_off");
                    return;
                }
                boolean isBoolean = id == Frame.ENABLE_CONNECT_PROTOCOL;
                if (Frame.isSettingOfHttp2(id) || !seen.add(id) || (isBoolean && value > 1)) {
                    connection.fail(Http3Error.SETTINGS_ERROR, "http3.settings_error");
                    return;
                }
            }
        }

        @Override
        public void onPiece(ByteBuf piece) {
            piece.release();
        }
    }
}
