package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.tuning.RuntimeValues;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One event loop and the way to everything that it owns. Workers share nothing, so nothing that a
/// worker owns is volatile or locked. [#execute] and [#adopt] are the only methods that other
/// threads may call.
@Confined("worker")
public final class Worker {
    private static final long CLOCK_INTERVAL_NANOS = 1_000_000_000;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final int index;
    private final EventLoop loop;
    private final Transport transport;
    private final Ticker ticker;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ByteBufAllocator allocator;
    private final ArrayDeque<WorkerWire> dirty = new ArrayDeque<>();
    private final Map<String, Function<Wire, WireHandler>> inside = new HashMap<>();
    private final Runnable endTurn = this::endTurn;
    private final Sockets sockets;

    /// The loop where it is our own; null where it is Netty's.
    private final @Nullable EpollLoop epoll;

    private RuntimeValues values = RuntimeValues.NONE;
    private boolean isTurnEnding;
    private boolean isTimeKnown;
    private long nanos;
    private boolean isClockRead;
    private long clockNanos;
    private long clockEpochNanos;
    private long connections;
    private long bugs;

    /// @param index from 0
    /// @param loop runs this worker, and nothing else
    /// @param ticker the clock of the loop, for durations
    /// @param clock for what people and headers read
    /// @param random seeded by whoever wants to replay
    public Worker(
            int index,
            EventLoop loop,
            Transport transport,
            Ticker ticker,
            InstantSource clock,
            RandomGenerator random) {
        this(index, loop, transport, ticker, clock, random, ByteBufAllocator.DEFAULT);
    }

    /// As the other one, with an allocator that a test may count with.
    public Worker(
            int index,
            EventLoop loop,
            Transport transport,
            Ticker ticker,
            InstantSource clock,
            RandomGenerator random,
            ByteBufAllocator allocator) {
        this(index, loop, null, transport, ticker, clock, random, allocator);
    }

    Worker(
            int index,
            EventLoop loop,
            @Nullable EpollLoop epoll,
            Transport transport,
            Ticker ticker,
            InstantSource clock,
            RandomGenerator random,
            ByteBufAllocator allocator) {
        this.index = index;
        this.loop = loop;
        this.transport = transport;
        this.ticker = ticker;
        this.clock = clock;
        this.random = random;
        this.allocator = allocator;
        this.epoll = epoll;
        this.sockets =
                epoll == null ? new NettySockets(this, transport) : new EpollSockets(this, epoll);
    }

    public int index() {
        return index;
    }

    /// Runs something on this worker's thread. Callable from any thread; the only door in.
    public void execute(Runnable task) {
        loop.execute(task);
    }

    /// The loop as what runs tasks in their time, one after the other.
    public ScheduledExecutorService executor() {
        return loop;
    }

    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    /// For durations: nanoseconds of the loop's clock, looked at once for each event that a wire
    /// tells. A dozen timers and time stamps of a request cost one look (~30 ns) instead of as
    /// many. Only this worker's thread may ask.
    public long nanos() {
        if (!isTimeKnown) {
            nanos = ticker.nanoTime();
            isTimeKnown = true;
            endTurnLater();
        }
        return nanos;
    }

    /// For what people and headers read: nanoseconds since 1970 began. The clock itself is read
    /// once a second, as that costs an object; in between time passes by [#nanos].
    public long epochNanos() {
        long now = nanos();
        if (!isClockRead || now - clockNanos >= CLOCK_INTERVAL_NANOS) {
            Instant read = clock.instant();
            clockEpochNanos = read.getEpochSecond() * CLOCK_INTERVAL_NANOS + read.getNano();
            clockNanos = now;
            isClockRead = true;
        }
        return clockEpochNanos + (now - clockNanos);
    }

    /// Something new happens: time has passed.
    public void onEvent() {
        isTimeKnown = false;
    }

    public RandomGenerator random() {
        return random;
    }

    /// What was said, while the proxy runs, of shares and the like.
    public RuntimeValues values() {
        return values;
    }

    /// Takes other ones. Callable from any thread.
    public void adopt(RuntimeValues next) {
        loop.execute(() -> values = next);
    }

    public ByteBufAllocator allocator() {
        return allocator;
    }

    public Transport transport() {
        return transport;
    }

    /// A timer that is off until it is set.
    public Deadline deadline(Runnable action) {
        return new Deadline(this, action);
    }

    /// Notes a mistake of ours: what it broke is closed by the caller, the rest goes on.
    public void bug(Throwable cause) {
        bugs++;
        LOG.error("bug: closing what it broke", cause);
    }

    /// How often [#bug] was called.
    public long bugs() {
        return bugs;
    }

    /// A number for a new connection, unique in the process as long as there are at most 64
    /// workers.
    public long nextConnectionId() {
        return connections++ * 64 + index;
    }

    /// Listens for connections, with nothing unusual about the socket.
    public void listen(
            InetSocketAddress address,
            Function<Wire, WireHandler> acceptor,
            ListenOutcome outcome) {
        listen(address, SocketSettings.USUAL, null, acceptor, outcome);
    }

    /// Listens for connections. What the acceptor returns for a wire hears everything about it.
    ///
    /// @param balance by which workers that listen on one address share its connections; null
    ///   leaves that to the kernel
    /// @param outcome told once, in this or a later turn
    public void listen(
            InetSocketAddress address,
            SocketSettings settings,
            @Nullable ExactBalance balance,
            Function<Wire, WireHandler> acceptor,
            ListenOutcome outcome) {
        assert loop.inEventLoop();
        sockets.listen(address, settings, balance, acceptor, outcome);
    }

    /// Connects to an address. What the outcome returns for the new wire hears everything about it.
    ///
    /// @return by which the attempt can be given up: the outcome is then not told
    public ConnectAttempt connect(InetSocketAddress address, ConnectOutcome outcome) {
        return connect(address, ConnectSettings.USUAL, NOTHING, null, outcome);
    }

    /// As the other one, for a host that may have several addresses.
    ///
    /// @param addresses at least one
    /// @param preface goes before everything else; may be empty
    /// @param tls null for none
    public Connecting connect(
            List<InetSocketAddress> addresses,
            ConnectSettings settings,
            ByteBuffer preface,
            @Nullable TlsClient tls,
            ConnectOutcome outcome) {
        if (addresses.size() == 1) {
            return connect(addresses.getFirst(), settings, preface, tls, outcome);
        }
        var race = new ConnectRace(this, addresses, settings, preface, tls, outcome);
        race.next();
        return race;
    }

    /// As the other one, with its settings, and over TLS: the outcome is told when the handshake is
    /// done or has failed.
    ///
    /// @param preface goes before everything else; may be empty
    /// @param tls null for none
    public ConnectAttempt connect(
            InetSocketAddress address,
            ConnectSettings settings,
            ByteBuffer preface,
            @Nullable TlsClient tls,
            ConnectOutcome outcome) {
        assert loop.inEventLoop();
        return sockets.connect(address, settings, preface, tls, outcome);
    }

    /// Takes datagrams that come to an address.
    ///
    /// @param outcome told once, in this or a later turn
    public void listenDatagrams(
            InetSocketAddress address,
            SocketSettings settings,
            DatagramHandler handler,
            DatagramOutcome outcome) {
        assert loop.inEventLoop();
        sockets.listenDatagrams(address, settings, handler, outcome);
    }

    /// A socket for datagrams to one peer and from it.
    ///
    /// @throws IOException where the system has no socket, or no way to the peer
    public Datagrams openDatagrams(InetSocketAddress peer, DatagramHandler handler)
            throws IOException {
        assert loop.inEventLoop();
        return sockets.openDatagrams(peer, handler);
    }

    /// Takes connections that this worker makes itself, under a name.
    public void listenInside(String name, Function<Wire, WireHandler> acceptor) {
        inside.put(name, acceptor);
    }

    /// Takes no more of them.
    public void leaveInside(String name) {
        inside.remove(name);
    }

    /// Connects, in a later turn, to who takes connections of this worker under a name.
    public ConnectAttempt connectInside(
            InternalAddress address, Origin origin, ConnectOutcome outcome) {
        assert loop.inEventLoop();
        var attempt = new ConnectAttempt(outcome);
        loop.execute(() -> {
            onEvent();
            Function<Wire, WireHandler> acceptor = inside.get(address.listener());
            if (acceptor == null) {
                attempt.failed(
                        new ConnectException(
                                "Connection refused: no internal listener '"
                                        + address.listener()
                                        + "'"));
            } else if (!attempt.isOver()) {
                InternalWire wire = InternalWire.pair(this, origin);
                wire.other().attach(acceptor.apply(wire.other()));
                attempt.connected(wire);
            }
        });
        return attempt;
    }

    /// Tells an outcome, in a later turn, that there will be no connection.
    public ConnectAttempt failToConnect(TlsFailure why, ConnectOutcome outcome) {
        assert loop.inEventLoop();
        var attempt = new ConnectAttempt(outcome);
        loop.execute(() -> attempt.fail(why));
        return attempt;
    }

    /// Has a wire do at the end of this turn what it puts off.
    void atTurnEnd(WorkerWire wire) {
        endTurnLater();
        dirty.add(wire);
    }

    private void endTurnLater() {
        if (!isTurnEnding) {
            isTurnEnding = true;
            if (epoll == null) {
                loop.execute(endTurn);
            }
        }
    }

    /// Ends a turn: its loop's, where the loop is ours, else a task that this put behind all
    /// others.
    void endTurn() {
        // A flush may find a wire writable again, whose handler writes more: that belongs to this
        // turn as long as it lasts.
        for (WorkerWire wire = dirty.poll(); wire != null; wire = dirty.poll()) {
            try {
                wire.endTurn();
            } catch (RuntimeException | Error e) {
                bug(e);
                wire.reset();
            }
        }
        isTurnEnding = false;
        isTimeKnown = false;
    }

    Ticker ticker() {
        return ticker;
    }

    /// For what is Netty's own: a channel that is registered here runs on this thread.
    public EventLoop loop() {
        return loop;
    }
}
