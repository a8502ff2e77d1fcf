package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.Http2Connection;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;

/// Asks the peer of a connection whether it is still there, and ends the connection if it is not.
///
/// ```
///   RESTING ──interval, or a stream after a long rest──▶ ASKED ──answer──▶ RESTING
///                                                          └──timeout──▶ the connection ends
/// ```
@Confined("worker")
final class Http2Keepalive {
    /// By which an answer is known: any number that other PINGs are unlikely to have.
    private static final long PING = 0x4865_6464_6c65_4b41L;

    private final Worker worker;
    private final Http2Connection connection;
    private final Http2Options.Keepalive settings;
    private final Deadline next;
    private final Deadline answer;
    private long lastNanos;

    Http2Keepalive(Worker worker, Http2Connection connection, Http2Options.Keepalive settings) {
        this.worker = worker;
        this.connection = connection;
        this.settings = settings;
        this.next = worker.deadline(this::ask);
        this.answer = worker.deadline(this::onSilence);
        lastNanos = worker.nanos();
        rest();
    }

    /// Something came from the peer.
    void onBytes() {
        lastNanos = worker.nanos();
    }

    /// A stream is about to begin.
    void onStream() {
        long idle = settings.idleInterval().toNanos();
        if (idle > 0 && worker.nanos() - lastNanos >= idle && !answer.isSet()) {
            ask();
        }
    }

    /// Whether the answer was to a question of this.
    boolean onPong(long opaque) {
        if (opaque != PING) {
            return false;
        }
        answer.cancel();
        rest();
        return true;
    }

    void discard() {
        next.discard();
        answer.discard();
    }

    private void rest() {
        long nanos = settings.interval().toNanos();
        if (nanos > 0) {
            double jitter = settings.jitterPercent() / 100 * worker.random().nextDouble();
            next.set(nanos + (long) (nanos * jitter));
        }
    }

    private void ask() {
        next.cancel();
        connection.ping(PING);
        answer.set(settings.timeout().toNanos());
    }

    private void onSilence() {
        connection.fail(ErrorCode.NO_ERROR, "http2.keepalive_timeout");
    }
}
