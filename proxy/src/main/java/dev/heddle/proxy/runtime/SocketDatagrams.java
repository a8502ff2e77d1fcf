package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.EpollCalls;
import dev.heddle.proxy.runtime.linux.Errno;
import dev.heddle.proxy.runtime.linux.SocketCalls;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Datagrams of a socket of an [EpollLoop].
@Confined("worker")
final class SocketDatagrams implements Datagrams, Polled {
    /// Taken in one turn, so that a flood does not keep others waiting.
    private static final int MOST_PER_TURN = 64;

    private final Worker worker;
    private final EpollLoop loop;
    private final int socket;
    private final DatagramHandler handler;
    private final InetSocketAddress address;

    /// Where all of them go; null for anywhere.
    private final @Nullable InetSocketAddress peer;

    private boolean isClosed;

    private SocketDatagrams(
            Worker worker,
            EpollLoop loop,
            int socket,
            @Nullable InetSocketAddress peer,
            DatagramHandler handler) {
        this.worker = worker;
        this.loop = loop;
        this.socket = socket;
        this.peer = peer;
        this.handler = handler;
        InetSocketAddress bound = loop.sockets().local(socket);
        this.address = bound == null ? EpollSockets.NOWHERE : bound;
    }

    /// One that takes what comes to an address.
    static SocketDatagrams at(
            Worker worker,
            EpollLoop loop,
            InetSocketAddress address,
            SocketSettings settings,
            DatagramHandler handler)
            throws IOException {
        SocketCalls sockets = loop.sockets();
        int socket = sockets.openDatagrams(address);
        try {
            // Each worker has its own, and the kernel gives all datagrams of a client to one.
            sockets.set(socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT, 1);
            EpollSockets.set(sockets, socket, settings, true);
            sockets.bind(socket, address);
            EpollSockets.set(sockets, socket, settings, false);
            return watched(new SocketDatagrams(worker, loop, socket, null, handler));
        } catch (IOException e) {
            loop.close(socket);
            throw e;
        }
    }

    /// One that has to do with that peer alone.
    static SocketDatagrams to(
            Worker worker, EpollLoop loop, InetSocketAddress peer, DatagramHandler handler)
            throws IOException {
        SocketCalls sockets = loop.sockets();
        int socket = sockets.openDatagrams(peer);
        try {
            sockets.connect(socket, peer);
            return watched(new SocketDatagrams(worker, loop, socket, peer, handler));
        } catch (IOException e) {
            loop.close(socket);
            throw e;
        }
    }

    private static SocketDatagrams watched(SocketDatagrams made) throws IOException {
        if (!made.loop.watch(made.socket, made, EpollCalls.IN)) {
            throw new IOException("epoll takes no more sockets");
        }
        return made;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean send(ByteBuf bytes, InetSocketAddress to) {
        try {
            if (isClosed) {
                return false;
            }
            long from = SocketWire.address(bytes);
            int count = bytes.readableBytes();
            int sent =
                    peer == null
                            ? loop.sockets().sendTo(socket, from, count, to)
                            : loop.sockets().send(socket, from, count);
            return sent == count;
        } finally {
            bytes.release();
        }
    }

    @Override
    public void onEvents(int events) {
        worker.onEvent();
        for (int i = 0; i < MOST_PER_TURN && !isClosed; i++) {
            int count = loop.receiveDatagram(socket);
            if (count == -Errno.EAGAIN) {
                return;
            }
            if (count < 0) {
                handler.onError();
                continue;
            }
            InetSocketAddress from = peer == null ? loop.sockets().peer() : peer;
            ByteBuf bytes = worker.allocator().directBuffer(Math.max(1, count));
            loop.copyDatagram(bytes, count);
            handler.onDatagram(bytes, from);
        }
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            loop.close(socket);
        }
    }

    @Override
    public void onAgain() {
        // Is never asked for.
    }

    /// A datagram that brought a mistake of ours to light must not end the service for all others.
    @Override
    public void onBroken() {
        if (loop.isEnding()) {
            close();
        }
    }
}
