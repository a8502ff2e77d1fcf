package dev.heddle.proxy.listener;

import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Looks for HTTP: a request line, or the preface of HTTP/2.
///
/// ```
///   METHOD ──space──▶ TARGET ──space──▶ VERSION ──line feed──▶ known
///      └───────a byte that no request line has there─────────▶ not HTTP
/// ```
@Confined("worker")
final class HttpPeek implements Peek {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String VERSION_START = "HTTP/1.";
    private static final int LONGEST_METHOD = 24;

    /// As Envoy's: a request line longer than that is not looked at to its end.
    private static final int LONGEST = 64 * 1024;

    private enum Part {
        METHOD,
        TARGET,
        VERSION
    }

    private final ListenerLog log;
    private Part part = Part.METHOD;
    private int at;
    private int partStart;
    private boolean mayBePreface = true;
    private int minor = -1;
    private boolean hasReturn;

    HttpPeek(ListenerLog log) {
        this.log = log;
    }

    @Override
    public boolean isDetection() {
        return true;
    }

    @Override
    public Outcome look(ByteBuf bytes, Arrival arrival) {
        if (arrival.isTls()) {
            return Outcome.DONE;
        }
        while (at < bytes.readableBytes() && at < LONGEST) {
            int b = bytes.getUnsignedByte(bytes.readerIndex() + at);
            mayBePreface = mayBePreface && at < PREFACE.length && b == PREFACE[at];
            if (mayBePreface) {
                if (at == PREFACE.length - 1) {
                    return found(arrival, "h2c", ListenerStat.HTTP2_FOUND);
                }
                follow(b);
            } else if (part == Part.VERSION && b == '\n' && minor >= 0) {
                return minor == 1
                        ? found(arrival, "http/1.1", ListenerStat.HTTP11_FOUND)
                        : found(arrival, "http/1.0", ListenerStat.HTTP10_FOUND);
            } else if (!follow(b)) {
                return notHttp();
            }
            at++;
        }
        return at == LONGEST ? notHttp() : Outcome.MORE;
    }

    /// Goes over one byte; false when no request line has it there.
    private boolean follow(int b) {
        return switch (part) {
            case METHOD -> {
                if (b == ' ' && at > 0) {
                    begin(Part.TARGET);
                    yield true;
                }
                yield ((b >= 'A' && b <= 'Z') || (b == '-' && at > 0)) && at < LONGEST_METHOD;
            }
            case TARGET -> {
                if (b == ' ' && at > partStart) {
                    begin(Part.VERSION);
                    yield true;
                }
                yield b > ' ' && b != 0x7f;
            }
            case VERSION -> version(b);
        };
    }

    private boolean version(int b) {
        int position = at - partStart;
        if (position < VERSION_START.length()) {
            return b == VERSION_START.charAt(position);
        }
        if (minor < 0) {
            minor = b - '0';
            return minor == 0 || minor == 1;
        }
        boolean isReturn = b == '\r' && !hasReturn;
        hasReturn = true;
        return isReturn;
    }

    private void begin(Part next) {
        part = next;
        partStart = at + 1;
    }

    private Outcome found(Arrival arrival, String protocol, ListenerStat stat) {
        log.count(stat);
        arrival.onHttp(protocol);
        return Outcome.DONE;
    }

    private Outcome notHttp() {
        log.count(ListenerStat.HTTP_NOT_FOUND);
        return Outcome.DONE;
    }
}
