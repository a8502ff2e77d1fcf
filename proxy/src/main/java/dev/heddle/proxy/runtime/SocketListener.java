package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.EpollCalls;
import dev.heddle.proxy.runtime.linux.Errno;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A listening socket of an [EpollLoop].
@Confined("worker")
final class SocketListener implements ListenSocket, Polled {
    private static final Logger LOG = LoggerFactory.getLogger(SocketListener.class);

    /// Accepted in one turn unless it is set otherwise, so that a crowd at the door does not keep
    /// those inside waiting.
    private static final int ACCEPTS = 16;

    /// So long nobody is accepted when the process or the machine can't have more sockets: to try
    /// again at once would take a whole processor, just when there is least to spare.
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /// It is said once in this time.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    static {
        // Loaded now: when it is needed, no file can be opened to load it from.
        var _ = Errno.exception(Errno.EMFILE, "accept");
    }

    private final Worker worker;
    private final EpollLoop loop;
    private final int socket;
    private final int acceptsPerTurn;
    private final Function<Wire, WireHandler> acceptor;
    private final InetSocketAddress address;
    private final @Nullable ExactBalance balance;
    private final Deadline pause;
    private boolean isAccepting = true;
    private boolean isClosed;
    private long quietUntilNanos = Long.MIN_VALUE;

    /// @param balance spreads its connections over workers; null leaves them where they come in
    SocketListener(
            Worker worker,
            EpollLoop loop,
            int socket,
            SocketSettings settings,
            @Nullable ExactBalance balance,
            Function<Wire, WireHandler> acceptor) {
        this.worker = worker;
        this.loop = loop;
        this.socket = socket;
        this.acceptsPerTurn = settings.acceptsPerTurn() > 0 ? settings.acceptsPerTurn() : ACCEPTS;
        this.acceptor = acceptor;
        InetSocketAddress bound = loop.sockets().local(socket);
        this.address = bound == null ? EpollSockets.NOWHERE : bound;
        this.pause = worker.deadline(this::watch);
        this.balance = balance;
        if (balance != null) {
            balance.enter(this);
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void setAccepting(boolean on) {
        isAccepting = on;
        watch();
    }

    private void watch() {
        if (!isClosed) {
            loop.watchFor(socket, isAccepting && !pause.isSet() ? EpollCalls.IN : 0);
        }
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            if (balance != null) {
                balance.leave(this);
            }
            pause.discard();
            loop.close(socket);
        }
    }

    @Override
    public void onEvents(int events) {
        worker.onEvent();
        for (int i = 0; i < acceptsPerTurn && isAccepting && !isClosed; i++) {
            int accepted = loop.sockets().accept(socket);
            if (accepted >= 0) {
                place(accepted, loop.sockets().peer());
            } else if (accepted == -Errno.EAGAIN || !isGoingOn(-accepted)) {
                return;
            }
        }
    }

    Worker worker() {
        return worker;
    }

    private void place(int accepted, InetSocketAddress peer) {
        SocketListener taker = balance == null ? this : balance.choose(this);
        if (taker == this) {
            open(accepted, peer);
        } else {
            taker.worker.execute(() -> taker.take(accepted, peer));
        }
    }

    /// Another worker accepted it.
    private void take(int accepted, InetSocketAddress peer) {
        worker.onEvent();
        if (isClosed) {
            loop.sockets().resetOnClose(accepted);
            close(accepted);
        } else {
            open(accepted, peer);
        }
    }

    private void close(int accepted) {
        loop.close(accepted);
        if (balance != null) {
            balance.gone(worker);
        }
    }

    private void open(int accepted, InetSocketAddress peer) {
        var wire = new SocketWire(worker, loop, accepted, peer, null);
        wire.balance(balance);
        if (!loop.watch(accepted, wire, SocketWire.EVENTS)) {
            close(accepted);
            return;
        }
        try {
            wire.attach(acceptor.apply(wire));
        } catch (RuntimeException | Error e) {
            worker.bug(e);
            wire.reset();
        }
    }

    /// Whether the next connection may be accepted although this one could not: it was gone before
    /// it was accepted, unless there is no room.
    private boolean isGoingOn(int error) {
        boolean isRoomLeft =
                switch (error) {
                    case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> false;
                    default -> true;
                };
        if (!isRoomLeft) {
            if (worker.nanos() >= quietUntilNanos) {
                quietUntilNanos = worker.nanos() + QUIET_NANOS;
                LOG.warn(
                        "{}: no connection can be taken: {}",
                        address,
                        Errno.exception(error, "accept").getMessage());
            }
            pause.set(PAUSE_NANOS);
            watch();
        }
        return isRoomLeft;
    }

    @Override
    public void onAgain() {
        // Is never asked for.
    }

    @Override
    public void onBroken() {
        close();
    }
}
