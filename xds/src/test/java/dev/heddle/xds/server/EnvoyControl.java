package dev.heddle.xds.server;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A control plane of one proxy: gives it the newest mesh and keeps what it answers.
final class EnvoyControl implements XdsHandler {
    private static final List<XdsType> IN_USE =
            List.of(XdsType.CLUSTER, XdsType.ENDPOINT, XdsType.LISTENER, XdsType.ROUTE);

    private final AtomicReference<@Nullable XdsStream> stream = new AtomicReference<>();
    private final AtomicReference<@Nullable Snapshot> latest = new AtomicReference<>();
    private final Map<XdsType, String> acked = new ConcurrentHashMap<>();
    private final List<String> nacks = new CopyOnWriteArrayList<>();

    void push(EnvoyMesh mesh) {
        Snapshot snapshot = mesh.snapshot();
        latest.set(snapshot);
        XdsStream open = stream.get();
        if (open != null) {
            open.push(snapshot);
        }
    }

    /// Whether the proxy has accepted everything of that version.
    boolean runs(String version) {
        return acked.keySet().containsAll(IN_USE)
                && acked.values().stream().allMatch(version::equals);
    }

    boolean isConnected() {
        return stream.get() != null;
    }

    /// As in `CDS 4 [broken] text`.
    List<String> nacks() {
        return nacks;
    }

    @Override
    public void onOpened(XdsStream opened) {
        stream.set(opened);
        acked.clear();
        Snapshot snapshot = latest.get();
        if (snapshot != null) {
            opened.push(snapshot);
        }
    }

    @Override
    public void onAck(XdsStream from, XdsType type, String version) {
        acked.put(type, version);
    }

    @Override
    public void onNack(
            XdsStream from, XdsType type, String version, String text, List<String> resources) {
        nacks.add(type.shortName() + " " + version + " " + resources + " " + text);
    }

    @Override
    public void onClosed(XdsStream from, String reason) {
        stream.compareAndSet(from, null);
    }
}
