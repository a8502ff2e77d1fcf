package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;

/// A received head or trailers of HTTP/2 or HTTP/3, checked: its pseudo-header fields, and its
/// other fields as `name: value CRLF` in one block with the positions of each, five numbers a
/// field.
///
/// There is one for all connections of a worker, so it is valid only while it is shown. `host` is
/// not among the fields: it is the authority. Crumbs of `cookie` are one field.
@Confined("worker")
public final class Http2Head {
    /// Numbers for each field in [#index].
    public static final int STRIDE = 5;

    public static final int HASH = 0;
    public static final int NAME_AT = 1;
    public static final int NAME_LENGTH = 2;
    public static final int VALUE_AT = 3;
    public static final int VALUE_LENGTH = 4;

    /// What [#contentLength] says if there is none.
    public static final long NO_LENGTH = -1;

    private ByteBuf block = Unpooled.EMPTY_BUFFER;
    private int[] index = new int[STRIDE * 32];
    private int count;

    String method = "";
    String scheme = "";
    String authority = "";
    String protocol = "";
    int pathAt;
    int pathLength;
    int status;
    long contentLength = NO_LENGTH;

    Http2Head() {}

    /// What the positions count in.
    public ByteBuf block() {
        return block;
    }

    /// How many fields there are, pseudo-header fields not counted.
    public int size() {
        return count;
    }

    /// The positions of all fields, for reading only: at field × [#STRIDE] the hash of the name (as
    /// [String#hashCode] computes it), where the name begins, its length, where the value begins,
    /// its length.
    public int[] index() {
        return index;
    }

    /// Of a request.
    public String method() {
        return method;
    }

    /// Of a request, as received; empty for CONNECT.
    public String scheme() {
        return scheme;
    }

    /// Of a request: `:authority`, or else `host`, or else empty.
    public String authority() {
        return authority;
    }

    /// Of an extended CONNECT (RFC 8441), otherwise empty.
    public String protocol() {
        return protocol;
    }

    /// Of a request, with its query; empty for CONNECT.
    public String path() {
        return block.toString(pathAt, pathLength, StandardCharsets.ISO_8859_1);
    }

    /// Where the path lies in the block.
    public int pathAt() {
        return pathAt;
    }

    public int pathLength() {
        return pathLength;
    }

    /// Of a response.
    public int status() {
        return status;
    }

    public long contentLength() {
        return contentLength;
    }

    /// Shows each field in order as text.
    public void forEach(BiConsumer<String, String> seen) {
        for (int at = 0; at < count * STRIDE; at += STRIDE) {
            seen.accept(
                    text(index[at + NAME_AT], index[at + NAME_LENGTH]),
                    text(index[at + VALUE_AT], index[at + VALUE_LENGTH]));
        }
    }

    private String text(int at, int length) {
        return block.toString(at, length, StandardCharsets.ISO_8859_1);
    }

    void clear() {
        block.release();
        block = Unpooled.EMPTY_BUFFER;
        count = 0;
        method = "";
        scheme = "";
        authority = "";
        protocol = "";
        pathAt = 0;
        pathLength = 0;
        status = 0;
        contentLength = NO_LENGTH;
    }

    void own(ByteBuf text) {
        block = text;
    }

    void add(int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        int at = count * STRIDE;
        if (at == index.length) {
            index = Arrays.copyOf(index, index.length * 2);
        }
        count++;
        set(at, hash, nameAt, nameLength, valueAt, valueLength);
    }

    /// Puts another field in the place of one.
    void set(int at, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        index[at + HASH] = hash;
        index[at + NAME_AT] = nameAt;
        index[at + NAME_LENGTH] = nameLength;
        index[at + VALUE_AT] = valueAt;
        index[at + VALUE_LENGTH] = valueLength;
    }
}
