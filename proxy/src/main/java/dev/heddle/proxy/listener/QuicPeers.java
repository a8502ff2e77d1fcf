package dev.heddle.proxy.listener;

import dev.heddle.proxy.quic.RetryTokens;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;

/// The sockets of all workers for QUIC: a client whose network gives it another address may then
/// come in at another worker than that which has its connection. Thread-safe.
final class QuicPeers {
    private final RetryTokens tokens = new RetryTokens(InstantSource.system());
    private final ConcurrentHashMap<Place, Peer> peers = new ConcurrentHashMap<>();

    private record Place(int worker, InetSocketAddress address) {}

    private record Peer(Worker worker, QuicListener.Port port) {}

    /// By which clients show their addresses, to whichever worker.
    RetryTokens tokens() {
        return tokens;
    }

    void add(Worker worker, InetSocketAddress address, QuicListener.Port port) {
        peers.put(new Place(worker.index(), address), new Peer(worker, port));
    }

    void remove(Worker worker, InetSocketAddress address) {
        peers.remove(new Place(worker.index(), address));
    }

    /// Passes a datagram to the worker whose connection it is of.
    ///
    /// @param bytes belong to that worker, or are released where there is none
    void pass(int worker, InetSocketAddress address, ByteBuf bytes, InetSocketAddress from) {
        Peer peer = peers.get(new Place(worker, address));
        if (peer == null) {
            bytes.release();
        } else {
            peer.worker().execute(() -> peer.port().take(bytes, from));
        }
    }
}
