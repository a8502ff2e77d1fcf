package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;

/// Counts what a peer does that is legal but costs us more than it. Each method says whether it was
/// once too often: the connection is then closed with ENHANCE_YOUR_CALM.
@Confined("worker")
final class FloodGuard {
    private static final long SECOND = 1_000_000_000L;

    /// Every connection may update windows that often without having got any data.
    private static final int FREE_WINDOW_UPDATES = 5;

    private final FloodLimits limits;
    private int emptyFrames;
    private long opened;
    private long closed;
    private long premature;
    private long priorities;
    private long windowUpdates;
    private long dataSent;
    private int queuedControls;
    private long secondBegan;
    private int controls;

    FloodGuard(FloodLimits limits, long nanos) {
        this.limits = limits;
        secondBegan = nanos;
    }

    void onStreamOpened() {
        opened++;
    }

    void onDataSent() {
        dataSent++;
    }

    /// A DATA, HEADERS or CONTINUATION frame arrived.
    ///
    /// @param empty without payload, and without ending anything
    boolean isEmptyFlood(boolean empty) {
        emptyFrames = empty ? emptyFrames + 1 : 0;
        return emptyFrames > limits.emptyFrames();
    }

    boolean isPriorityFlood() {
        priorities++;
        return priorities > limits.priorityFrames() * (1 + opened);
    }

    boolean isWindowUpdateFlood() {
        windowUpdates++;
        return windowUpdates
                > FREE_WINDOW_UPDATES + 2 * (opened + limits.windowUpdates() * dataSent);
    }

    /// A PING, SETTINGS or unknown frame arrived, or one for a stream that is gone.
    boolean isControlFlood(long nanos) {
        if (nanos - secondBegan >= SECOND) {
            secondBegan = nanos;
            controls = 0;
        }
        controls++;
        return controls > limits.controlFrames();
    }

    /// An answer that the peer caused was queued.
    ///
    /// @param isWritable whether what was queued before has left, so that counting begins anew
    boolean isOutboundFlood(boolean isWritable) {
        queuedControls = isWritable ? 0 : queuedControls + 1;
        return queuedControls > limits.outboundControlFrames();
    }

    /// A request ended. Resets that the peer makes us send count as its own (CVE-2025-8671).
    ///
    /// @param reset before it was answered
    /// @param ageNanos since it began
    boolean isResetFlood(boolean reset, long ageNanos) {
        closed++;
        if (!reset || ageNanos >= SECOND) {
            return false;
        }
        premature++;
        return closed < limits.resets() ? premature * 2 > limits.resets() : premature * 2 > closed;
    }
}
