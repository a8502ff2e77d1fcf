package dev.heddle.e2e;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A control plane with one thing to say at a time, once it is told: the snapshot of the case, to
/// whoever connects.
public final class CaseControl implements XdsHandler, AutoCloseable {
    private @Nullable Snapshot snapshot;
    private final Set<XdsStream> open = new LinkedHashSet<>();
    private final XdsServer server;

    /// What proxies refused, in their words.
    final ConcurrentLinkedQueue<String> nacks = new ConcurrentLinkedQueue<>();

    public CaseControl(Snapshot snapshot) throws IOException {
        this();
        this.snapshot = snapshot;
    }

    /// One that says nothing yet.
    CaseControl() throws IOException {
        this.server =
                XdsServer.start(
                        XdsServer.Settings.on(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        this);
    }

    /// Says something else from now on.
    public synchronized void give(Snapshot next) {
        snapshot = next;
        open.forEach(it -> it.push(next));
    }

    /// What proxies refused, in their words.
    public List<String> nacks() {
        return List.copyOf(nacks);
    }

    /// The listeners that were sent.
    public synchronized Set<String> listeners() {
        return snapshot == null ? Set.of() : snapshot.of(XdsType.LISTENER).keySet();
    }

    public int port() {
        return server.address().getPort();
    }

    @Override
    public synchronized void onOpened(XdsStream stream) {
        open.add(stream);
        if (snapshot != null) {
            stream.push(snapshot);
        }
    }

    @Override
    public void onAck(XdsStream stream, XdsType type, String version) {}

    @Override
    public void onNack(
            XdsStream stream, XdsType type, String version, String text, List<String> resources) {
        nacks.add(type.shortName() + ": " + text);
    }

    @Override
    public synchronized void onClosed(XdsStream stream, String reason) {
        open.remove(stream);
    }

    @Override
    public void close() {
        server.close();
    }
}
