package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Http1Upstream;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http.Http2Upstream;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.UpstreamConnection;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.tls.TlsSession;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The connections of one worker to one host that speak one version of HTTP, or that which the host
/// chooses.
///
/// The connection used last is used next, so that superfluous ones grow idle and time out. As many
/// connections are made as the waiters need, counting on those that are on their way, as far as the
/// circuit breaker allows; a pool without any connection may always make one, or a cluster could
/// starve a host.
@Confined("worker")
final class HttpPool implements ConnectionPool {
    private static final List<String> HTTP_2 = List.of("h2");
    private static final List<String> HTTP_11 = List.of("http/1.1");
    private static final List<String> EITHER = List.of("h2", "http/1.1");

    private final Destination to;
    private final Http2Loop loop;
    private final boolean isNegotiated;
    private final PendingQueue pending;
    private final IdleLimit idleLimit = new IdleLimit();

    /// Those with room. The last one is the one that was used last.
    private final ArrayDeque<PooledHttp> ready = new ArrayDeque<>();

    private final Set<PooledHttp> connecting = new HashSet<>();
    private final Set<PooledHttp> open = new HashSet<>();
    private boolean isDraining;

    /// What the next connection will speak, as far as can be known: what the last one did, and
    /// before any HTTP/1.1, as a host that chooses nothing has to be spoken to in that.
    private Protocol version;

    private HttpPool(Destination to, Http2Loop loop, Protocol version, boolean negotiated) {
        this.to = to;
        this.loop = loop;
        this.version = version;
        this.isNegotiated = negotiated;
        this.pending = new PendingQueue(to.cluster());
    }

    /// One whose connections speak that version.
    static HttpPool of(Destination to, Http2Loop loop, Protocol version) {
        return new HttpPool(to, loop, version, false);
    }

    /// One in which the host chooses.
    static HttpPool negotiated(Destination to, Http2Loop loop) {
        return new HttpPool(to, loop, Protocol.HTTP_11, true);
    }

    @Override
    public void acquire(PoolWaiter waiter) {
        for (PooledHttp last = ready.pollLast(); last != null; last = ready.pollLast()) {
            last.setReady(false);
            if (last.codec().room() > 0) {
                give(last, waiter);
                if (to.settings().connections().preconnectRatio() > 1) {
                    connectAsNeeded();
                }
                return;
            }
            // Its peer is gone, and it has not heard of that yet.
            if (last.codec().streams() == 0) {
                last.retire();
            }
        }
        acquireFresh(waiter);
    }

    @Override
    public void acquireFresh(PoolWaiter waiter) {
        if (!pending.offer(waiter)) {
            waiter.onNoConnection(new UpstreamFailure.Overflow(), "pending requests");
            return;
        }
        connectAsNeeded();
    }

    @Override
    public void cancel(PoolWaiter waiter) {
        pending.remove(waiter);
    }

    @Override
    public void drain() {
        isDraining = true;
        for (PooledHttp connection : open.toArray(PooledHttp[]::new)) {
            retire(connection);
        }
    }

    @Override
    public boolean isUsed() {
        return !open.isEmpty() || !connecting.isEmpty();
    }

    /// Gives a connection that is not among those with room now, and puts it back if it has some.
    private void give(PooledHttp connection, PoolWaiter waiter) {
        connection.takeOut();
        UpstreamConnection codec = connection.codec();
        long most = to.settings().maxRequestsPerConnection();
        boolean isLast = most > 0 && codec.requests() + 1 >= most;
        waiter.onStream(codec.open());
        if (isLast) {
            to.stats().add(ClusterStat.UPSTREAM_CX_MAX_REQUESTS);
            connection.retire();
        } else if (!connection.isRetired() && codec.room() > 0) {
            setReady(connection, true);
        }
    }

    private void setReady(PooledHttp connection, boolean on) {
        if (on != connection.isReady()) {
            connection.setReady(on);
            if (on) {
                ready.addLast(connection);
            } else {
                ready.remove(connection);
            }
        }
    }

    /// Takes a connection out of use: it ends with the requests that it has.
    void retire(PooledHttp connection) {
        setReady(connection, false);
        connection.retire();
    }

    private void connectAsNeeded() {
        while (isConnectionNeeded()) {
            Leave leave = Leave.ask(to.cluster(), open.size() + connecting.size());
            if (leave == Leave.NONE) {
                return;
            }
            var connection = new PooledHttp(this, to, leave);
            connecting.add(connection);
            if (isNegotiated) {
                connection.connect(EITHER, Origin.UNTOLD);
            } else {
                count(version);
                connection.connect(version == Protocol.HTTP_2 ? HTTP_2 : HTTP_11, Origin.UNTOLD);
            }
        }
    }

    private void count(Protocol spoken) {
        to.stats()
                .add(
                        spoken == Protocol.HTTP_2
                                ? ClusterStat.UPSTREAM_CX_HTTP2_TOTAL
                                : ClusterStat.UPSTREAM_CX_HTTP1_TOTAL);
    }

    /// Whether the waiters need more than what is on its way; with a ratio above one, whether there
    /// is to be more before it is asked for.
    private boolean isConnectionNeeded() {
        long coming = (long) connecting.size() * streamsOfEach();
        if (coming < pending.size() && promised() < pending.size() - coming) {
            return true;
        }
        double ratio = to.settings().connections().preconnectRatio();
        if (ratio == 1 || isDraining) {
            return false;
        }
        long streams = 0;
        long room = coming;
        for (PooledHttp connection : open) {
            streams += connection.codec().streams();
            room += connection.isRetired() ? 0 : connection.codec().expectedRoom();
        }
        return (pending.size() + streams) * ratio > room + streams;
    }

    /// How many more requests connections will take, once their peers have said how many.
    private long promised() {
        long promised = 0;
        if (version == Protocol.HTTP_2) {
            for (PooledHttp connection : open) {
                UpstreamConnection codec = connection.codec();
                if (!connection.isRetired()) {
                    promised += codec.expectedRoom() - codec.room();
                }
            }
        }
        return promised;
    }

    /// How many waiters are taken to be served by a connection that is not made yet.
    private int streamsOfEach() {
        if (version != Protocol.HTTP_2) {
            return 1;
        }
        long most = to.settings().maxRequestsPerConnection();
        return (int) Math.min(options().mostStreams(), most == 0 ? Integer.MAX_VALUE : most);
    }

    void onConnected(PooledHttp connection) {
        connecting.remove(connection);
        open.add(connection);
        onRoom(connection);
    }

    /// Whoever counted on a connection hears that there is none.
    void onConnectFailed(
            PooledHttp connection, UpstreamFailure.ConnectFailed failure, String reason) {
        connecting.remove(connection);
        int each = streamsOfEach();
        for (int i = 0; i < each && pending.size() > (long) connecting.size() * each; i++) {
            PoolWaiter first = pending.poll();
            if (first != null) {
                first.onNoConnection(failure, reason);
            }
        }
        connectAsNeeded();
    }

    /// A connection may take another request: the next waiter gets it, or it waits itself.
    void onRoom(PooledHttp connection) {
        UpstreamConnection codec = connection.codec();
        while (pending.size() > 0 && !connection.isRetired() && codec.room() > 0) {
            PoolWaiter first = next(connection);
            if (first == null) {
                break;
            }
            setReady(connection, false);
            give(connection, first);
        }
        if (isDraining && !connection.isRetired()) {
            connection.retire();
        }
        if (!connection.isRetired()) {
            setReady(connection, codec.room() > 0);
            restIfUnused(connection, codec);
        }
        if (pending.size() > 0) {
            // It takes fewer than was expected of it.
            connectAsNeeded();
        }
    }

    private @Nullable PoolWaiter next(PooledHttp connection) {
        UpstreamConnection codec = connection.codec();
        boolean isForAll = codec.protocol() == Protocol.HTTP_2 || codec.requests() == 0;
        // Where no connection is on its way, a used one is better than none.
        return isForAll || connecting.isEmpty() ? pending.poll() : pending.pollForUsed();
    }

    private void restIfUnused(PooledHttp connection, UpstreamConnection codec) {
        if (codec.streams() == 0) {
            long configured = to.settings().idleTimeout().toNanos();
            boolean isLearned = codec.protocol() != Protocol.HTTP_2;
            connection.rest(
                    isLearned ? idleLimit.nanos(configured, to.worker().nanos()) : configured);
        }
    }

    /// Its peer takes no more.
    void onLeaving(PooledHttp connection) {
        setReady(connection, false);
        connectAsNeeded();
    }

    void onGone(PooledHttp connection) {
        if (connection.isReady() && connection.teachesIdleLimit()) {
            idleLimit.onClosed(connection.idleNanos(), to.worker().nanos());
        }
        setReady(connection, false);
        open.remove(connection);
        connectAsNeeded();
    }

    /// Speaks over a connection that was made.
    UpstreamConnection speak(Wire wire, UpstreamConnection.Owner owner) {
        if (isNegotiated) {
            TlsSession session = wire.tls();
            boolean isHttp2 = session != null && session.alpn().equals("h2");
            version = isHttp2 ? Protocol.HTTP_2 : Protocol.HTTP_11;
            count(version);
        }
        if (version == Protocol.HTTP_2) {
            return new Http2Upstream(
                    to.worker(), loop, wire, options(), to.cluster().http2Stats(), owner);
        }
        UpstreamProtocol.Http1 how = to.settings().protocol().http1();
        return new Http1Upstream(
                to.worker(),
                wire,
                to.settings().connections().responseLimits(),
                how.trailers(),
                how.nameCase(),
                owner);
    }

    /// Those of new connections.
    private Http2Options options() {
        return to.settings()
                .protocol()
                .http2()
                .options()
                .taking(to.settings().connections().responseLimits());
    }
}
