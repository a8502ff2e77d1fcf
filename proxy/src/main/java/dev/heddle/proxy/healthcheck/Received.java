package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.List;

/// What came back, as far as it is looked at, and whether it is what was expected.
@Confined("worker")
final class Received {
    /// So much is kept of an answer at most.
    static final int MOST = 1 << 20;

    private final List<Bytes> expected;
    private final int most;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(0);

    /// @param expected to be there, one behind the other, with anything between
    /// @param most bytes that are looked at
    Received(List<Bytes> expected, int most) {
        this.expected = expected;
        this.most = most;
    }

    void clear() {
        bytes.reset();
    }

    /// @param more now belongs to this
    void add(ByteBuf more) {
        int room = Math.min(more.readableBytes(), most - bytes.size());
        if (room > 0 && !expected.isEmpty()) {
            bytes.writeBytes(ByteBufUtil.getBytes(more, more.readerIndex(), room));
        }
        more.release();
    }

    boolean isExpected() {
        byte[] all = bytes.toByteArray();
        int from = 0;
        for (Bytes each : expected) {
            int at = indexOf(all, each.toByteArray(), from);
            if (at < 0) {
                return false;
            }
            from = at + each.size();
        }
        return true;
    }

    private static int indexOf(byte[] all, byte[] part, int from) {
        for (int at = from; at <= all.length - part.length; at++) {
            int same = 0;
            while (same < part.length && all[at + same] == part[same]) {
                same++;
            }
            if (same == part.length) {
                return at;
            }
        }
        return -1;
    }
}
