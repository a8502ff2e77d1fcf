package dev.heddle.xds.client;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsType;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// The delta ADS client of a proxy: connects, subscribes, answers, and comes back by itself.
///
/// While there is no connection the subscriber keeps what it has; on the next stream the server is
/// told which versions are there and sends what differs. Attempts follow each other after 500 ms,
/// doubling up to 30 s, each shortened at random by up to half.
@SuppressWarnings("DoNotCallSuggester") // the shape first, the body follows
public final class XdsClient implements AutoCloseable {

    /// A client that does nothing until [#start()].
    ///
    /// @param server where the control plane listens, in plain text
    /// @param node sent with the first request of each stream
    /// @param subscriber called on `callbacks`, one call at a time
    /// @param clock for [ClientStatus#connectedSince()]
    /// @param random for the jitter of the back-off
    public XdsClient(
            SocketAddress server,
            NodeInfo node,
            XdsSubscriber subscriber,
            Executor callbacks,
            InstantSource clock,
            RandomGenerator random) {
        throw new UnsupportedOperationException("not built yet");
    }

    /// Begins to connect. Callable once.
    public void start() {
        throw new UnsupportedOperationException("not built yet");
    }

    /// Replaces the names subscribed to for one type; `*` stands for every resource of it. What is
    /// no longer subscribed to is forgotten without a call of the subscriber. Callable from any
    /// thread, before and after [#start()].
    public void subscribe(XdsType type, Set<String> names) {
        throw new UnsupportedOperationException("not built yet");
    }

    /// How the connection stands. Callable from any thread.
    public ClientStatus status() {
        throw new UnsupportedOperationException("not built yet");
    }

    /// Ends the stream and every attempt. Returns at once; no call of the subscriber begins
    /// afterwards.
    @Override
    public void close() {
        throw new UnsupportedOperationException("not built yet");
    }
}
