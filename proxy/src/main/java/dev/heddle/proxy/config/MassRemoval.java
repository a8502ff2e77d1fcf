package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.XdsType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Doubts a control plane that takes away most of what there is in one response, as one does that
/// lost its own configuration: what it takes stays for a while, and for good if it is sent again
/// meanwhile.
///
/// It reads no clock: the caller brings the time and comes back at [#wakeAtNanos].
@Confined("config thread")
final class MassRemoval {
    /// Of fewer resources, any part may go.
    static final int FEW = 10;

    private final long holdNanos;
    private final Map<XdsType, Map<String, Long>> held = new EnumMap<>(XdsType.class);

    /// @param hold how long it is doubted; zero for never
    MassRemoval(Duration hold) {
        this.holdNanos = hold.toNanos();
    }

    /// Hears of a removal.
    ///
    /// @param there how many of the type the control plane has sent and not taken back
    /// @param removed of those
    /// @return what is to go now
    List<String> onRemoved(XdsType type, int there, List<String> removed, long nowNanos) {
        if (holdNanos == 0 || there < FEW || 2 * removed.size() <= there) {
            return removed;
        }
        Map<String, Long> names = held.computeIfAbsent(type, _ -> new LinkedHashMap<>());
        removed.forEach(name -> names.putIfAbsent(name, nowNanos + holdNanos));
        return List.of();
    }

    /// The control plane has sent it again.
    void onSent(XdsType type, String name) {
        Map<String, Long> names = held.get(type);
        if (names != null) {
            names.remove(name);
        }
    }

    /// What has been doubted long enough; it is no longer held.
    List<String> due(XdsType type, long nowNanos) {
        Map<String, Long> names = held.getOrDefault(type, new LinkedHashMap<>());
        var due = new ArrayList<String>();
        names.forEach((name, at) -> {
            if (at - nowNanos <= 0) {
                due.add(name);
            }
        });
        due.forEach(names::remove);
        return due;
    }

    /// When something is due next; empty when nothing is held.
    OptionalLong wakeAtNanos() {
        return held.values().stream()
                .flatMap(names -> names.values().stream())
                .mapToLong(Long::longValue)
                .min();
    }

    /// How many resources are held.
    int size() {
        return held.values().stream().mapToInt(Map::size).sum();
    }
}
