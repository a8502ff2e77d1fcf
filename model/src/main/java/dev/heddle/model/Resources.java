package dev.heddle.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Every resource of a mesh at one moment, each id once. Immutable.
public final class Resources {
    /// No resources at all.
    public static final Resources EMPTY = of(List.of());

    private final SortedMap<ResourceId, Resource<?>> byId;
    private final Map<Kind<?>, List<Resource<?>>> byKind;

    private Resources(SortedMap<ResourceId, Resource<?>> byId) {
        this.byId = Collections.unmodifiableSortedMap(byId);
        var grouped = new LinkedHashMap<Kind<?>, List<Resource<?>>>();
        byId.values()
                .forEach(r -> grouped.computeIfAbsent(r.kind(), _ -> new ArrayList<>()).add(r));
        grouped.replaceAll((_, list) -> List.copyOf(list));
        this.byKind = grouped;
    }

    /// The given resources; of several with the same id, the last.
    public static Resources of(Collection<? extends Resource<?>> resources) {
        var byId = new TreeMap<ResourceId, Resource<?>>();
        resources.forEach(r -> byId.put(r.id(), r));
        return new Resources(byId);
    }

    /// These, with the earlier objects of those that say the same as before, so that who made
    /// something of them can tell by the object that it is still right.
    public Resources keeping(Resources before) {
        var kept = new TreeMap<ResourceId, Resource<?>>(byId);
        kept.replaceAll((id, now) -> {
            Resource<?> earlier = before.byId.get(id);
            return earlier != null && earlier.saysTheSameAs(now) ? earlier : now;
        });
        return new Resources(kept);
    }

    /// Whether the other has the very same resources of these kinds.
    @SuppressWarnings("ReferenceEquality") // what is meant is the same object
    public boolean hasTheSame(Resources other, Kind<?>... kinds) {
        if (this == other) {
            return true;
        }
        for (Kind<?> kind : kinds) {
            List<Resource<?>> mine = byKind.getOrDefault(kind, List.of());
            List<Resource<?>> others = other.byKind.getOrDefault(kind, List.of());
            if (mine.size() != others.size()) {
                return false;
            }
            for (int i = 0; i < mine.size(); i++) {
                if (mine.get(i) != others.get(i)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// All resources of a kind, ordered by namespace and name.
    @SuppressWarnings("unchecked") // a resource's spec is of its kind's type by construction
    public <S> List<Resource<S>> all(Kind<S> kind) {
        return (List<Resource<S>>) (List<?>) byKind.getOrDefault(kind, List.of());
    }

    /// The resource of that kind, namespace and name.
    @SuppressWarnings("unchecked") // a resource's spec is of its kind's type by construction
    public <S> Optional<Resource<S>> find(Kind<S> kind, String namespace, String name) {
        return Optional.ofNullable((Resource<S>) byId.get(new ResourceId(kind, namespace, name)));
    }

    /// Every resource, ordered by kind, namespace and name.
    public Collection<Resource<?>> all() {
        return byId.values();
    }
}
