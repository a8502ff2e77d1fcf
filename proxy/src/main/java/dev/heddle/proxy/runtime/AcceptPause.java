package dev.heddle.proxy.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a listening socket does when a connection cannot be taken, as when this process has no
/// descriptor left: it leaves connections in the system's queue for a moment. To try again at once
/// would take a whole processor and fill the log, just when there is least to spare.
@Confined("worker")
final class AcceptPause extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptPause.class);
    private static final long PAUSE_MILLIS = 100;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Worker worker;
    private boolean isWanted = true;
    private boolean isPaused;
    private long quietUntilNanos = Long.MIN_VALUE;

    AcceptPause(Worker worker) {
        this.worker = worker;
    }

    /// Whether connections are to be taken, apart from pauses.
    void setAccepting(Channel channel, boolean on) {
        isWanted = on;
        channel.config().setAutoRead(isWanted && !isPaused);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        long now = worker.nanos();
        if (now >= quietUntilNanos) {
            quietUntilNanos = now + QUIET_NANOS;
            LOG.warn("{}: no connection can be taken: {}", context.channel(), cause.toString());
        }
        if (isPaused) {
            return;
        }
        isPaused = true;
        context.channel().config().setAutoRead(false);
        var _ =
                context.executor()
                        .schedule(
                                () -> {
                                    isPaused = false;
                                    context.channel().config().setAutoRead(isWanted);
                                },
                                PAUSE_MILLIS,
                                TimeUnit.MILLISECONDS);
    }
}
