package dev.heddle.xds.protocol;

import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What a client may be running of one type instead of what it was offered last: for each name
/// whose last offer it has not accepted, everything that may be in force in its place.
///
/// ```
///   settled ──sent──▶ unsettled: what was there before ──accepted──▶ settled
///                        └─ rejected: stays, until something else is accepted
/// ```
@Confined("xds stream")
final class Unsettled {
    private final Map<String, List<XdsResource>> byName = new HashMap<>();

    /// Something else was sent under that name.
    ///
    /// @param before what the client was offered last; empty when nothing
    void onSent(String name, Optional<XdsResource> before) {
        byName.computeIfAbsent(name, _ -> new ArrayList<>(before.stream().toList()));
    }

    /// The client may have taken that, nobody knows. Counts only while the name is unsettled.
    void onUncertain(XdsResource sent) {
        List<XdsResource> there = byName.get(sent.name());
        if (there != null && there.stream().noneMatch(r -> r.version().equals(sent.version()))) {
            there.add(sent);
        }
    }

    /// The client did not take that, for certain.
    void onRefused(XdsResource sent) {
        List<XdsResource> there = byName.get(sent.name());
        if (there != null) {
            there.removeIf(r -> r.version().equals(sent.version()));
        }
    }

    /// The client has that for certain, but something later is on its way.
    void onPassed(String name, Optional<XdsResource> taken) {
        byName.put(name, new ArrayList<>(taken.stream().toList()));
    }

    /// The client has what it was offered last, or no longer wants the name.
    void settle(String name) {
        byName.remove(name);
    }

    void dropIf(Predicate<String> isGone) {
        byName.keySet().removeIf(isGone);
    }

    boolean holds(String name) {
        return byName.containsKey(name);
    }

    /// What the client most likely runs under that name.
    Optional<XdsResource> likely(String name) {
        List<XdsResource> there = byName.getOrDefault(name, List.of());
        return there.isEmpty() ? Optional.empty() : Optional.of(there.getLast());
    }

    List<XdsResource> all() {
        return byName.values().stream().flatMap(Collection::stream).toList();
    }
}
