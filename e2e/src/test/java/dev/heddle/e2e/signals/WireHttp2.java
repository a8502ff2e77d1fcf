package dev.heddle.e2e.signals;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// HTTP/2 by its frames, as far as one needs it who gives streams up. Made apart from the proxies'
/// codecs.
final class WireHttp2 {
    /// RFC 9113, section 7: somebody's own mistake, and a stream that was not looked at.
    static final int INTERNAL_ERROR = 2;

    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int ACK = 1;
    private static final int END_STREAM_AND_HEADERS = 5;

    /// Of the static table (RFC 7541, appendix A).
    private static final int METHOD_GET = 0x82;

    private static final int SCHEME_HTTP = 0x86;
    private static final int PATH = 4;
    private static final int AUTHORITY = 1;

    private WireHttp2() {}

    private record Frame(int type, int flags, int stream) {}

    /// Serves a connection: each request is given up.
    ///
    /// @param code why
    static void giveUpAll(Socket socket, int code) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var out = new DataOutputStream(socket.getOutputStream());
        in.readNBytes(PREFACE.length());
        write(out, SETTINGS, 0, 0, new byte[0]);
        try {
            while (true) {
                Frame frame = read(in);
                if (frame.type() == SETTINGS && frame.flags() != ACK) {
                    write(out, SETTINGS, ACK, 0, new byte[0]);
                } else if (frame.type() == HEADERS) {
                    reset(out, frame.stream(), code);
                }
            }
        } catch (EOFException _) {
            // The client goes.
        }
    }

    /// Begins a request without a body, which may be given up by [#giveUp].
    static void ask(Socket socket, String authority, String path) throws IOException {
        var out = new DataOutputStream(socket.getOutputStream());
        out.writeBytes(PREFACE);
        write(out, SETTINGS, 0, 0, new byte[0]);
        var block = new ByteArrayOutputStream();
        block.write(METHOD_GET);
        block.write(SCHEME_HTTP);
        literal(block, AUTHORITY, authority);
        literal(block, PATH, path);
        write(out, HEADERS, END_STREAM_AND_HEADERS, 1, block.toByteArray());
    }

    /// The client does not want its answer any more.
    static void giveUp(Socket socket) throws IOException {
        reset(new DataOutputStream(socket.getOutputStream()), 1, CANCEL);
    }

    /// Without indexing; names and values are short.
    private static void literal(ByteArrayOutputStream out, int name, String value) {
        out.write(name);
        out.write(value.length());
        out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static void reset(DataOutputStream out, int stream, int code) throws IOException {
        write(out, RST_STREAM, 0, stream, new byte[] {0, 0, 0, (byte) code});
    }

    private static Frame read(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        var frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte(), in.readInt());
        in.skipNBytes(length);
        return frame;
    }

    private static void write(DataOutputStream to, int type, int flags, int stream, byte[] payload)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        to.write(bytes.toByteArray());
        to.flush();
    }
}
