package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Where a proxy takes connections.
///
/// @param name as in `0.0.0.0_9080`, `virtualOutbound`, `127.0.0.1_20001`
/// @param direction which side of the workload the connections are on
/// @param capture whether a socket is bound, and who the connections are handed to
/// @param inspectors what is peeked at before a chain is chosen, in order
/// @param chains tried by their matches, the most specific first, as Envoy does it
/// @param defaultChain for connections that no chain matches; without it they are closed
/// @param detection how long a client that says nothing is waited for before it is taken for one of
///   no known protocol; zero for as long as it takes; empty where silence closes the connection
/// @param options what is done with every connection
/// @param guards who may pass
public record Listener(
        String name,
        SocketAddress address,
        Direction direction,
        Capture capture,
        List<Inspector> inspectors,
        List<FilterChain> chains,
        Optional<FilterChain> defaultChain,
        Optional<Duration> detection,
        ListenerOptions options,
        Guards guards,
        Origin origin) {

    /// One whose clients must say something.
    public Listener(
            String name,
            SocketAddress address,
            Direction direction,
            Capture capture,
            List<Inspector> inspectors,
            List<FilterChain> chains,
            Optional<FilterChain> defaultChain,
            Origin origin) {
        this(
                name,
                address,
                direction,
                capture,
                inspectors,
                chains,
                defaultChain,
                Optional.empty(),
                ListenerOptions.DEFAULT,
                Guards.NONE,
                origin);
    }

    /// The same with other options.
    public Listener with(ListenerOptions other) {
        return new Listener(
                name,
                address,
                direction,
                capture,
                inspectors,
                chains,
                defaultChain,
                detection,
                other,
                guards,
                origin);
    }

    /// The same with other guards.
    public Listener with(Guards other) {
        return new Listener(
                name,
                address,
                direction,
                capture,
                inspectors,
                chains,
                defaultChain,
                detection,
                options,
                other,
                origin);
    }

    /// The same, which looks up hosts that requests name.
    public Listener resolving() {
        return chains(FilterChain::resolving);
    }

    /// The same with other chains.
    ///
    /// @param change of each of them
    public Listener chains(UnaryOperator<FilterChain> change) {
        return new Listener(
                name,
                address,
                direction,
                capture,
                inspectors,
                chains.stream().map(change).toList(),
                defaultChain.map(change),
                detection,
                options,
                guards,
                origin);
    }

    /// The same, whose clients may wait for their servers to speak; where nothing is looked at they
    /// may anyway.
    public Listener detecting(Duration timeout) {
        return inspectors.isEmpty()
                ? this
                : new Listener(
                        name,
                        address,
                        direction,
                        capture,
                        inspectors,
                        chains,
                        defaultChain,
                        Optional.of(timeout),
                        options,
                        guards,
                        origin);
    }

    /// Which side of the workload connections are on.
    public enum Direction {
        /// From peers to the workload.
        INBOUND,
        /// From the workload, or through a gateway, to services.
        OUTBOUND
    }

    /// How connections get here.
    public enum Capture {
        /// A socket is bound, and its connections are served here.
        BOUND,
        /// A socket is bound; a connection is handed to the listener of the address that it was
        /// meant for before the kernel redirected it, and is served here only when there is none.
        REDIRECTED,
        /// No socket: connections come from a [#REDIRECTED] listener only.
        HANDED_OVER,
        /// A socket for datagrams is bound, over which clients speak HTTP/3.
        QUIC
    }

    /// What is peeked at in a connection's first bytes.
    public enum Inspector {
        /// Where the connection was meant to go before the kernel redirected it.
        ORIGINAL_DESTINATION,
        /// TLS server name and ALPN.
        TLS,
        /// Whether it is HTTP, and which version.
        HTTP
    }

    public Listener {
        if (chains.isEmpty() && defaultChain.isEmpty()) {
            throw new IllegalArgumentException("chains: [] (expected: one, or a default)");
        }
        inspectors = List.copyOf(inspectors);
        chains = List.copyOf(chains);
    }
}
