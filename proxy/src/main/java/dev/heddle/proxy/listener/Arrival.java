package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.FilterChainMatcher;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Client.Extension;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import java.net.InetSocketAddress;
import java.util.List;

/// A connection that is nobody's yet, and what listener filters found out about it.
@Confined("worker")
final class Arrival {
    private static final String PLAIN = "raw_buffer";

    private final Wire wire;
    private String serverName = "";
    private String transport = "";
    private List<String> applicationProtocols = List.of();
    private List<Extension> extensions = List.of();

    Arrival(Wire wire) {
        this.wire = wire;
    }

    /// The same for another listener, whose own filters look at the bytes.
    Arrival again() {
        var again = new Arrival(wire);
        again.extensions = extensions;
        return again;
    }

    Wire wire() {
        return wire;
    }

    /// A PROXY header says who the ends are.
    ///
    /// @param said besides, as far as it may be passed on
    void onProxyHeader(InetSocketAddress remote, InetSocketAddress local, List<Extension> said) {
        extensions = List.copyOf(said);
        wire.present(remote, local);
    }

    /// The system redirected it here.
    void onOriginalDestination(InetSocketAddress local) {
        wire.present(wire.remote(), local);
    }

    /// It begins with a client hello.
    void onTls(String name, List<String> protocols) {
        transport = "tls";
        serverName = name;
        applicationProtocols = List.copyOf(protocols);
    }

    /// It begins with a request.
    void onHttp(String protocol) {
        applicationProtocols = List.of(protocol);
    }

    boolean isTls() {
        return transport.equals("tls");
    }

    /// Whether it was made to another address than that of the socket.
    boolean isRestored() {
        return wire.restored() != null;
    }

    /// Of whom hosts may be told.
    Client client() {
        return new Client(wire, extensions);
    }

    /// What its filter chain is chosen by.
    FilterChainMatcher.Connection facts() {
        return new FilterChainMatcher.Connection(
                wire.local(),
                wire.remote(),
                wire.directRemote(),
                serverName,
                transport.isEmpty() ? PLAIN : transport,
                applicationProtocols);
    }
}
