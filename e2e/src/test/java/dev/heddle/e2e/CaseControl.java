package dev.heddle.e2e;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A control plane with one thing to say: the snapshot of the case, to whoever connects.
final class CaseControl implements XdsHandler, AutoCloseable {
    private final Snapshot snapshot;
    private final XdsServer server;

    /// What proxies refused, in their words.
    final ConcurrentLinkedQueue<String> nacks = new ConcurrentLinkedQueue<>();

    CaseControl(Snapshot snapshot) throws IOException {
        this.snapshot = snapshot;
        this.server =
                XdsServer.start(
                        XdsServer.Settings.on(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        this);
    }

    /// The listeners that were sent.
    Set<String> listeners() {
        return snapshot.of(XdsType.LISTENER).keySet();
    }

    int port() {
        return server.address().getPort();
    }

    @Override
    public void onOpened(XdsStream stream) {
        stream.push(snapshot);
    }

    @Override
    public void onAck(XdsStream stream, XdsType type, String version) {}

    @Override
    public void onNack(
            XdsStream stream, XdsType type, String version, String text, List<String> resources) {
        nacks.add(type.shortName() + ": " + text);
    }

    @Override
    public void onClosed(XdsStream stream, String reason) {}

    @Override
    public void close() {
        server.close();
    }
}
