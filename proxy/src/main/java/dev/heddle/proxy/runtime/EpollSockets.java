package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.EpollCalls;
import dev.heddle.proxy.runtime.linux.SocketCalls;
import dev.heddle.proxy.tls.TlsClient;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Connections as sockets of an [EpollLoop].
record EpollSockets(Worker worker, EpollLoop loop) implements Sockets {
    /// Stands for an end that a socket does not have any more.
    static final InetSocketAddress NOWHERE =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Override
    public void listen(
            InetSocketAddress address,
            SocketSettings settings,
            @Nullable ExactBalance balance,
            Function<Wire, WireHandler> acceptor,
            ListenOutcome outcome) {
        SocketCalls sockets = loop.sockets();
        int socket;
        try {
            socket = sockets.open(address);
        } catch (IOException e) {
            outcome.onListenFailed(e);
            return;
        }
        try {
            sockets.set(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR, 1);
            // Each worker listens for itself, and the kernel spreads connections over them.
            sockets.set(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT, 1);
            // Accepted sockets have it from here.
            sockets.set(socket, SocketCalls.SOL_TCP, SocketCalls.TCP_NODELAY, 1);
            set(sockets, socket, settings, true);
            sockets.bind(socket, address);
            sockets.listen(socket, settings.backlog());
            set(sockets, socket, settings, false);
            var listening = new SocketListener(worker, loop, socket, settings, balance, acceptor);
            if (!loop.watch(socket, listening, EpollCalls.IN)) {
                throw new IOException("epoll takes no more sockets");
            }
            outcome.onListening(listening);
        } catch (IOException e) {
            loop.close(socket);
            outcome.onListenFailed(e);
        }
    }

    @Override
    public void listenDatagrams(
            InetSocketAddress address,
            SocketSettings settings,
            DatagramHandler handler,
            DatagramOutcome outcome) {
        Datagrams socket;
        try {
            socket = SocketDatagrams.at(worker, loop, address, settings, handler);
        } catch (IOException e) {
            outcome.onListenFailed(e);
            return;
        }
        outcome.onListening(socket);
    }

    @Override
    public Datagrams openDatagrams(InetSocketAddress peer, DatagramHandler handler)
            throws IOException {
        return SocketDatagrams.to(worker, loop, peer, handler);
    }

    static void set(SocketCalls sockets, int socket, SocketSettings settings, boolean isEarly)
            throws IOException {
        for (SocketSettings.KernelOption option : settings.options()) {
            if (option.isEarly() == isEarly) {
                switch (option.value()) {
                    case SocketSettings.Value.Whole(int number) ->
                            sockets.set(socket, option.level(), option.name(), number);
                    case SocketSettings.Value.Bytes bytes ->
                            sockets.set(socket, option.level(), option.name(), bytes.array());
                }
            }
        }
    }

    @Override
    public ConnectAttempt connect(
            InetSocketAddress address,
            ConnectSettings settings,
            ByteBuffer preface,
            @Nullable TlsClient tls,
            ConnectOutcome outcome) {
        var attempt = new ConnectAttempt(outcome);
        SocketCalls sockets = loop.sockets();
        // Made now, so that it holds its keys however long connecting takes.
        SSLEngine engine = tls == null ? null : tls.engine(worker.allocator(), address);
        PathAddress path = PathAddress.of(address);
        int socket;
        try {
            socket = path == null ? sockets.open(address) : sockets.openUnix();
        } catch (IOException e) {
            ReferenceCountUtil.release(engine);
            worker.execute(() -> attempt.failed(e));
            return attempt;
        }
        var wire = new SocketWire(worker, loop, socket, address, attempt);
        wire.begin(preface);
        if (engine != null && tls != null) {
            wire.secure(engine, tls::session, attempt.over(wire));
        }
        try {
            if (path == null) {
                connect(socket, address, settings);
            } else {
                sockets.connect(socket, path.path());
            }
            if (!loop.watch(socket, wire, SocketWire.EVENTS)) {
                throw new IOException("epoll takes no more sockets");
            }
        } catch (IOException e) {
            wire.abandon();
            worker.execute(() -> attempt.failed(e));
            return attempt;
        }
        attempt.begin(wire::abandon);
        return attempt;
    }

    private void connect(int socket, InetSocketAddress address, ConnectSettings settings)
            throws IOException {
        SocketCalls sockets = loop.sockets();
        sockets.set(socket, SocketCalls.SOL_TCP, SocketCalls.TCP_NODELAY, 1);
        if (settings.keepAlive().isPresent()) {
            keepAlive(socket, settings.keepAlive().get());
        }
        OriginalSource original = settings.original();
        InetSocketAddress source = settings.sourceFor(address);
        if (original != null) {
            imitate(socket, address, original);
        } else if (source != null) {
            bind(socket, source);
        }
        sockets.connect(socket, address);
    }

    /// Has a connection come from an address that is not this machine's.
    private void imitate(int socket, InetSocketAddress to, OriginalSource client)
            throws IOException {
        SocketCalls sockets = loop.sockets();
        if (to.getAddress() instanceof Inet6Address) {
            sockets.set(socket, SocketCalls.SOL_IPV6, SocketCalls.IPV6_TRANSPARENT, 1);
        } else {
            sockets.set(socket, SocketCalls.SOL_IP, SocketCalls.IP_TRANSPARENT, 1);
        }
        if (client.mark() != 0) {
            sockets.set(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_MARK, client.mark());
        }
        bind(socket, client.address());
    }

    private void bind(int socket, InetSocketAddress source) throws IOException {
        if (source.getPort() == 0) {
            // The port is chosen when the other end is known, so that as many connections may come
            // from one address to each host as there are ports, and not to all hosts together.
            loop.sockets().set(socket, SocketCalls.SOL_IP, SocketCalls.BIND_WITHOUT_PORT, 1);
        }
        loop.sockets().bind(socket, source);
    }

    private void keepAlive(int socket, KeepAlive keepAlive) throws IOException {
        SocketCalls sockets = loop.sockets();
        sockets.set(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_KEEPALIVE, 1);
        int[] names = {
            SocketCalls.TCP_KEEPCNT, SocketCalls.TCP_KEEPIDLE, SocketCalls.TCP_KEEPINTVL
        };
        int[] values = {keepAlive.probes(), keepAlive.idleSeconds(), keepAlive.intervalSeconds()};
        for (int i = 0; i < names.length; i++) {
            if (values[i] > 0) {
                sockets.set(socket, SocketCalls.SOL_TCP, names[i], values[i]);
            }
        }
    }
}
