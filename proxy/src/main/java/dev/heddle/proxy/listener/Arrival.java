package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.FilterChainMatcher;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Client.Extension;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.OriginalSource;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.tcp.TcpConnection;
import dev.heddle.proxy.tcp.TcpService;
import dev.heddle.telemetry.SocketAddressText;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection that is nobody's yet, and what listener filters found out about it.
@Confined("worker")
final class Arrival {
    private static final String PLAIN = "raw_buffer";

    private final Wire wire;
    private final boolean isTransparent;
    private String serverName = "";
    private String transport = "";
    private List<String> applicationProtocols = List.of();
    private List<Extension> extensions = List.of();
    private @Nullable OriginalSource source;
    private boolean isUnheard;
    private long epochNanos;
    private long nanos;
    private @Nullable TcpConnection probe;
    private @Nullable TcpService probed;

    /// One on a usual socket.
    Arrival(Wire wire) {
        this(wire, false);
    }

    /// @param transparent whether the socket's own end is where it was made to, maybe not this
    ///   machine
    Arrival(Wire wire, boolean transparent) {
        this.wire = wire;
        this.isTransparent = transparent;
    }

    /// The same for another listener, whose own filters look at the bytes.
    Arrival again() {
        var again = new Arrival(wire, isTransparent);
        again.extensions = extensions;
        again.source = source;
        again.begin(epochNanos, nanos);
        return again;
    }

    /// @param byClock when it was accepted, for people: since 1970 began
    /// @param byTicker the same, for durations
    void begin(long byClock, long byTicker) {
        epochNanos = byClock;
        nanos = byTicker;
    }

    long epochNanos() {
        return epochNanos;
    }

    long nanos() {
        return nanos;
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

    /// Hosts are to see its client as it is known now.
    void onOriginalSource(int mark, boolean bindsPort) {
        InetSocketAddress client = wire.remote();
        source =
                new OriginalSource(
                        bindsPort ? client : new InetSocketAddress(client.getAddress(), 0), mark);
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

    /// It is served before its client has said anything.
    void onUnheard() {
        isUnheard = true;
    }

    boolean isUnheard() {
        return isUnheard;
    }

    /// Somebody finds out whether its server speaks first.
    void onProbe(TcpService by, TcpConnection connection) {
        probed = by;
        probe = connection;
    }

    /// The one that found out, if it is of that service and still there; else it ends.
    @Nullable TcpConnection takeProbe(TcpService by) {
        TcpConnection found = probe;
        if (found == null || found.isOver() || !by.equals(probed)) {
            abandonProbe();
            return null;
        }
        probe = null;
        return found;
    }

    void abandonProbe() {
        if (probe != null) {
            probe.abandon();
            probe = null;
        }
    }

    boolean isTls() {
        return transport.equals("tls");
    }

    /// Whether it was made to another address than that of the socket.
    boolean isRestored() {
        return isTransparent || wire.restored() != null;
    }

    /// The server that its client hello names; empty where there is none, or nobody looked.
    String serverName() {
        return serverName;
    }

    /// What its filter chain is chosen by, for a sentence about one that has none.
    ///
    /// @param isLookedAt whether somebody looked for TLS
    String inWords(boolean isLookedAt) {
        var words = new StringBuilder("one to ").append(SocketAddressText.whole(wire.local()));
        if (isTls()) {
            words.append(" in TLS");
            if (!serverName.isEmpty()) {
                words.append(" for '").append(serverName).append('\'');
            }
        } else if (isLookedAt) {
            words.append(" without TLS");
        }
        if (!applicationProtocols.isEmpty()) {
            words.append(", with ").append(String.join(" or ", applicationProtocols));
        }
        return words.toString();
    }

    /// Of whom hosts may be told.
    Client client() {
        return new Client(
                wire.remote(),
                wire.local(),
                isTransparent ? wire.local() : wire.restored(),
                extensions,
                source);
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
