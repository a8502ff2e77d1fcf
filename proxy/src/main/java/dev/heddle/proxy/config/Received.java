package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The resources as they came, for those who ask what the proxy was told: what was accepted last,
/// and what was rejected since.
@Confined("config thread")
public final class Received {

    private final Map<XdsType, SortedMap<String, Entry>> entries = new EnumMap<>(XdsType.class);
    private final Map<XdsType, String> versions = new EnumMap<>(XdsType.class);

    /// A resource as it came.
    ///
    /// @param version as the control plane called it; empty for those of the bootstrap
    record Delivery(Any body, String version, Instant at) {}

    /// A resource that was rejected.
    record Failure(Delivery delivery, String reasons) {}

    /// What is known of one resource.
    ///
    /// @param isStatic whether it came with the bootstrap
    /// @param notes fields that are left out
    record Entry(
            boolean isStatic,
            Optional<Delivery> accepted,
            Optional<Failure> rejected,
            List<String> notes) {}

    Received() {
        for (XdsType type : XdsType.values()) {
            entries.put(type, new TreeMap<>());
        }
    }

    void accepted(
            XdsType type, String name, boolean isStatic, Delivery delivery, List<String> notes) {
        of(type).put(name, new Entry(isStatic, Optional.of(delivery), Optional.empty(), notes));
        if (!isStatic) {
            versions.put(type, delivery.version());
        }
    }

    void rejected(XdsType type, String name, Delivery delivery, String reasons) {
        Entry before = of(type).get(name);
        of(type).put(
                        name,
                        new Entry(
                                before != null && before.isStatic(),
                                before == null ? Optional.empty() : before.accepted(),
                                Optional.of(new Failure(delivery, reasons)),
                                before == null ? List.of() : before.notes()));
    }

    void removed(XdsType type, String name) {
        of(type).remove(name);
    }

    /// The version of the newest resource of a type; empty when none came.
    String version(XdsType type) {
        return versions.getOrDefault(type, "");
    }

    /// Whether a resource of the bootstrap has that name.
    boolean isStatic(XdsType type, String name) {
        Entry entry = of(type).get(name);
        return entry != null && entry.isStatic();
    }

    /// The names of the resources of the bootstrap.
    Set<String> staticNames(XdsType type) {
        return of(type).entrySet().stream()
                .filter(it -> it.getValue().isStatic())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    SortedMap<String, Entry> of(XdsType type) {
        return Objects.requireNonNull(entries.get(type));
    }

    /// What was accepted last of what the control plane sent, to be kept. What it says of the
    /// runtime is for the moment.
    ///
    /// @param isPublic which secrets are none
    Map<XdsType, List<XdsResource>> ofControlPlane(Predicate<String> isPublic) {
        var all = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        entries.forEach((type, byName) -> {
            var resources = new ArrayList<XdsResource>();
            byName.forEach((name, entry) -> {
                boolean isKept =
                        switch (type) {
                            case SECRET -> isPublic.test(name);
                            case RUNTIME -> false;
                            case CLUSTER, ENDPOINT, LISTENER, ROUTE -> true;
                        };
                if (!entry.isStatic() && isKept) {
                    entry.accepted()
                            .map(it -> new XdsResource(name, it.version(), it.body()))
                            .ifPresent(resources::add);
                }
            });
            all.put(type, resources);
        });
        return all;
    }

    /// Fields that are left out, as in `CDS 'reviews': dns_jitter`.
    public List<String> notes() {
        var all = new ArrayList<String>();
        entries.forEach((type, byName) ->
                byName.forEach((name, entry) ->
                        entry.notes().forEach(note -> all.add(said(type, name) + note))));
        return all;
    }

    /// What is rejected now, as in `CDS 'reviews': lb_policy: MAGLEV is not implemented`.
    public List<String> rejections() {
        var all = new ArrayList<String>();
        entries.forEach((type, byName) ->
                byName.forEach((name, entry) ->
                        entry.rejected()
                                .ifPresent(it -> all.add(said(type, name) + it.reasons()))));
        return all;
    }

    private static String said(XdsType type, String name) {
        return type.shortName() + " '" + name + "': ";
    }
}
