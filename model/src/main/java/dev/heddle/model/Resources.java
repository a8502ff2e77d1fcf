package dev.heddle.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Every resource of a mesh at one moment, each id once. Immutable.
public final class Resources {
    /// No resources at all.
    public static final Resources EMPTY = new Resources(List.of());

    /// Ordered by their ids.
    private final List<Resource<?>> all;

    private final Map<Kind<?>, List<Resource<?>>> byKind;

    private Resources(List<Resource<?>> ordered) {
        this.all = List.copyOf(ordered);
        var grouped = new LinkedHashMap<Kind<?>, List<Resource<?>>>();
        // Those of a kind follow each other.
        int from = 0;
        for (int i = 1; i <= all.size(); i++) {
            Kind<?> kind = all.get(from).kind();
            if (i == all.size() || !all.get(i).kind().equals(kind)) {
                grouped.put(kind, all.subList(from, i));
                from = i;
            }
        }
        this.byKind = grouped;
    }

    /// The given resources; of several with the same id, the last. Cheap for those that come in the
    /// order of their ids.
    public static Resources of(Collection<? extends Resource<?>> resources) {
        List<Resource<?>> given = List.copyOf(resources);
        if (isOrdered(given)) {
            return new Resources(given);
        }
        var byId = new TreeMap<ResourceId, Resource<?>>();
        given.forEach(r -> byId.put(r.id(), r));
        return new Resources(List.copyOf(byId.values()));
    }

    private static boolean isOrdered(List<Resource<?>> resources) {
        for (int i = 1; i < resources.size(); i++) {
            if (resources.get(i - 1).compareId(resources.get(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    /// These, with the earlier objects of those that say the same as before, so that who made
    /// something of them can tell by the object that it is still right.
    @SuppressWarnings("ReferenceEquality") // what is meant is the same object
    public Resources keeping(Resources before) {
        var kept = new ArrayList<Resource<?>>(all.size());
        List<Resource<?>> earlier = before.all;
        int at = 0;
        for (Resource<?> now : all) {
            while (at < earlier.size()
                    && earlier.get(at) != now
                    && isBehind(now, earlier.get(at))) {
                at++;
            }
            boolean isThere = at < earlier.size() && earlier.get(at).saysTheSameAs(now);
            kept.add(isThere ? earlier.get(at) : now);
        }
        return new Resources(kept);
    }

    private static boolean isBehind(Resource<?> resource, Resource<?> other) {
        return resource.compareId(other) > 0;
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
    public <S> Optional<Resource<S>> find(Kind<S> kind, String namespace, String name) {
        List<Resource<S>> ofKind = all(kind);
        int from = 0;
        int to = ofKind.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            Metadata there = ofKind.get(middle).metadata();
            int order = there.namespace().compareTo(namespace);
            order = order == 0 ? there.name().compareTo(name) : order;
            if (order == 0) {
                return Optional.of(ofKind.get(middle));
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return Optional.empty();
    }

    /// Every resource, ordered by kind, namespace and name.
    public Collection<Resource<?>> all() {
        return all;
    }
}
