package dev.heddle.proxy.listener;

import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Looks for a TLS client hello, which may come in many records ([RFC 8446,
/// 5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)).
///
/// Whatever is not one is plain bytes, also a hello with a mistake: no chain for TLS gets it, and
/// if one for plain bytes does, it gets it unread. The first byte that no hello has settles that,
/// so a plain protocol whose client waits after a few bytes is not kept waiting.
@Confined("worker")
final class TlsPeek implements Peek {
    /// As Envoy's; far above what any client sends, post-quantum key shares included.
    private static final int LONGEST = 64 * 1024;

    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEADER = 5;
    private static final int LONGEST_RECORD = 1 << 14;
    private static final int MESSAGE_HEADER = 4;

    private final ListenerLog log;
    private int at;
    private byte[] message = new byte[512];
    private int length;

    TlsPeek(ListenerLog log) {
        this.log = log;
    }

    @Override
    public boolean isDetection() {
        return true;
    }

    @Override
    public Outcome look(ByteBuf bytes, Arrival arrival) {
        while (true) {
            int start = bytes.readerIndex() + at;
            int available = bytes.readableBytes() - at;
            if ((available > 0 && bytes.getUnsignedByte(start) != HANDSHAKE)
                    || (available > 1 && bytes.getUnsignedByte(start + 1) != 3)) {
                return notTls();
            }
            if (available < RECORD_HEADER) {
                return more(bytes);
            }
            int size = bytes.getUnsignedShort(start + 3);
            if (size == 0 || size > LONGEST_RECORD) {
                return notTls();
            }
            if (available < RECORD_HEADER + size) {
                return more(bytes);
            }
            take(bytes, start + RECORD_HEADER, size);
            at += RECORD_HEADER + size;
            if (message[0] != CLIENT_HELLO) {
                return notTls();
            }
            if (length >= MESSAGE_HEADER) {
                int whole = MESSAGE_HEADER + wholeLength();
                if (whole > LONGEST) {
                    return tooLong();
                }
                if (length >= whole) {
                    return finish(whole, arrival);
                }
            }
        }
    }

    private int wholeLength() {
        return ((message[1] & 0xff) << 16) | ((message[2] & 0xff) << 8) | (message[3] & 0xff);
    }

    private void take(ByteBuf bytes, int index, int size) {
        if (message.length - length < size) {
            message = Arrays.copyOf(message, Math.max(length + size, 2 * message.length));
        }
        bytes.getBytes(index, message, length, size);
        length += size;
    }

    private Outcome more(ByteBuf bytes) {
        return bytes.readableBytes() > LONGEST ? tooLong() : Outcome.MORE;
    }

    private Outcome tooLong() {
        log.count(ListenerStat.CLIENT_HELLO_TOO_LARGE);
        return new Outcome.Broken("client hello longer than " + LONGEST + " bytes");
    }

    private Outcome notTls() {
        log.count(ListenerStat.TLS_NOT_FOUND);
        return Outcome.DONE;
    }

    private Outcome finish(int whole, Arrival arrival) {
        ClientHello hello = ClientHello.parse(message, MESSAGE_HEADER, whole);
        if (hello == null) {
            return notTls();
        }
        log.count(ListenerStat.TLS_FOUND);
        log.count(
                hello.serverName().isEmpty() ? ListenerStat.SNI_NOT_FOUND : ListenerStat.SNI_FOUND);
        log.count(
                hello.protocols().isEmpty()
                        ? ListenerStat.ALPN_NOT_FOUND
                        : ListenerStat.ALPN_FOUND);
        arrival.onTls(hello.serverName(), hello.protocols());
        return Outcome.DONE;
    }
}
