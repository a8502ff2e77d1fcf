package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.hpack.HeaderLimits;
import dev.heddle.proxy.http2.hpack.HpackDecoder;
import dev.heddle.proxy.http2.hpack.HpackEncoder;
import dev.heddle.proxy.http2.hpack.Scratch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A peer made of text: writes frames, legal or not, and reads what came back as one line a frame.
public final class FrameText {
    private final Scratch scratch = new Scratch();
    private final HpackEncoder encoder = new HpackEncoder(scratch);
    private final HpackDecoder decoder = new HpackDecoder(4096, new HeaderLimits(1 << 20, 10_000));
    private final ByteBuf unread = Unpooled.buffer();

    public static ByteBuf frame(int type, int flags, int stream, byte... payload) {
        ByteBuf out = Unpooled.buffer();
        out.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
        return out.writeBytes(payload);
    }

    public static ByteBuf preface() {
        return Unpooled.copiedBuffer(Frames.PREFACE, StandardCharsets.US_ASCII);
    }

    public static ByteBuf settings(int... idsAndValues) {
        ByteBuf payload = Unpooled.buffer();
        for (int i = 0; i < idsAndValues.length; i += 2) {
            payload.writeShort(idsAndValues[i]).writeInt(idsAndValues[i + 1]);
        }
        return frame(Frames.SETTINGS, 0, 0, bytes(payload));
    }

    public static ByteBuf settingsAck() {
        return frame(Frames.SETTINGS, Frames.ACK, 0);
    }

    public static ByteBuf data(int stream, String text, boolean isEnd) {
        return frame(
                Frames.DATA,
                isEnd ? Frames.END_STREAM : 0,
                stream,
                text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public static ByteBuf number(int type, int stream, int number) {
        return frame(type, 0, stream, bytes(Unpooled.buffer().writeInt(number)));
    }

    public static ByteBuf reset(int stream) {
        return number(Frames.RST_STREAM, stream, ErrorCode.CANCEL.number());
    }

    public static ByteBuf windowUpdate(int stream, int increment) {
        return number(Frames.WINDOW_UPDATE, stream, increment);
    }

    public static ByteBuf ping(long opaque) {
        return frame(Frames.PING, 0, 0, bytes(Unpooled.buffer().writeLong(opaque)));
    }

    /// What a PING said, of its line.
    public static long opaque(String line) {
        return Long.parseLong(line.substring("PING ".length()));
    }

    /// The answer to a PING.
    public static ByteBuf pong(long opaque) {
        return frame(Frames.PING, Frames.ACK, 0, bytes(Unpooled.buffer().writeLong(opaque)));
    }

    public static ByteBuf goAway(int last) {
        return frame(Frames.GOAWAY, 0, 0, bytes(Unpooled.buffer().writeInt(last).writeInt(0)));
    }

    public ByteBuf get(int stream) {
        return headers(stream, true, ":method: GET", ":scheme: http", ":path: /", ":authority: a");
    }

    public ByteBuf post(int stream, String... more) {
        var lines =
                new ArrayList<>(
                        List.of(":method: POST", ":scheme: http", ":path: /", ":authority: a"));
        lines.addAll(List.of(more));
        return headers(stream, false, lines.toArray(String[]::new));
    }

    public ByteBuf headers(int stream, boolean isEnd, String... lines) {
        int flags = Frames.END_HEADERS | (isEnd ? Frames.END_STREAM : 0);
        return frame(Frames.HEADERS, flags, stream, block(lines));
    }

    public byte[] block(String... lines) {
        encoder.begin();
        for (String line : lines) {
            int colon = line.indexOf(": ", 1);
            byte[] name = line.substring(0, colon).getBytes(StandardCharsets.ISO_8859_1);
            byte[] value = line.substring(colon + 2).getBytes(StandardCharsets.ISO_8859_1);
            byte[] text = scratch.text(name.length + value.length);
            System.arraycopy(name, 0, text, 0, name.length);
            System.arraycopy(value, 0, text, name.length, value.length);
            encoder.field(
                    text,
                    line.substring(0, colon).hashCode(),
                    0,
                    name.length,
                    name.length,
                    value.length);
        }
        return java.util.Arrays.copyOf(encoder.encoded(), encoder.length());
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    /// What a connection wrote, one line for each complete frame.
    public List<String> read(ByteBuf bytes) {
        unread.writeBytes(bytes);
        bytes.release();
        List<String> lines = new ArrayList<>();
        while (unread.readableBytes() >= Frames.HEADER_LENGTH) {
            if (unread.getByte(unread.readerIndex()) == 'P') {
                lines.add("preface");
                unread.skipBytes(Frames.PREFACE.length());
                continue;
            }
            int length = unread.getUnsignedMedium(unread.readerIndex());
            if (unread.readableBytes() < Frames.HEADER_LENGTH + length) {
                break;
            }
            unread.skipBytes(3);
            lines.add(
                    line(
                            unread.readByte(),
                            unread.readByte(),
                            unread.readInt(),
                            unread.readSlice(length)));
        }
        unread.discardReadBytes();
        return lines;
    }

    private String line(int type, int flags, int stream, ByteBuf payload) {
        String end = (flags & Frames.END_STREAM) != 0 ? " end" : "";
        return switch (type) {
            case Frames.DATA ->
                    "DATA " + stream + " " + payload.toString(StandardCharsets.ISO_8859_1) + end;
            case Frames.HEADERS -> "HEADERS " + stream + " " + fields(payload) + end;
            case Frames.RST_STREAM -> "RST_STREAM " + stream + " " + code(payload);
            case Frames.SETTINGS -> end.isEmpty() ? "SETTINGS" : "SETTINGS ack";
            case Frames.PING -> "PING " + payload.readLong() + (end.isEmpty() ? "" : " ack");
            case Frames.GOAWAY -> "GOAWAY " + payload.readInt() + " " + code(payload);
            case Frames.WINDOW_UPDATE -> "WINDOW_UPDATE " + stream + " " + payload.readInt();
            default -> "frame " + type;
        };
    }

    private static ErrorCode code(ByteBuf payload) {
        return ErrorCode.of(payload.readInt());
    }

    private List<String> fields(ByteBuf payload) {
        byte[] block = bytes(payload);
        List<String> fields = new ArrayList<>();
        decoder.decode(
                block,
                0,
                block.length,
                scratch,
                (_, _, nameAt, nameLength, valueAt, valueLength) ->
                        fields.add(text(nameAt, nameLength) + ": " + text(valueAt, valueLength)));
        return fields;
    }

    private String text(int at, int length) {
        return new String(scratch.text(), at, length, StandardCharsets.ISO_8859_1);
    }
}
