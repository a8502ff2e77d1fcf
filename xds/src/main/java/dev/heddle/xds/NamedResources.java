package dev.heddle.xds;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Resources of one type by name, in the order of their names. Immutable.
///
/// They may be two parts that are looked at as one: what many proxies have in common is there once,
/// however many there are, and taking a proxy's own to it costs nothing.
public final class NamedResources extends AbstractMap<String, XdsResource> {
    /// No resources.
    public static final NamedResources NONE =
            new NamedResources(Collections.emptySortedMap(), Collections.emptySortedMap());

    private final SortedMap<String, XdsResource> common;
    private final SortedMap<String, XdsResource> own;

    private NamedResources(
            SortedMap<String, XdsResource> common, SortedMap<String, XdsResource> own) {
        this.common = common;
        this.own = own;
    }

    /// Those resources; a copy, unless they are such resources already.
    public static NamedResources of(Map<String, XdsResource> resources) {
        if (resources instanceof NamedResources named) {
            return named;
        }
        return resources.isEmpty()
                ? NONE
                : new NamedResources(new TreeMap<>(resources), Collections.emptySortedMap());
    }

    /// Those resources.
    ///
    /// @throws IllegalArgumentException when two have the same name
    public static NamedResources of(XdsType type, Collection<XdsResource> resources) {
        var byName = new TreeMap<String, XdsResource>();
        for (XdsResource resource : resources) {
            if (byName.put(resource.name(), resource) != null) {
                throw twice(type, resource.name());
            }
        }
        return of(byName);
    }

    /// These and others.
    ///
    /// @throws IllegalArgumentException when two have the same name
    public NamedResources with(XdsType type, NamedResources others) {
        if (isEmpty() || others.isEmpty()) {
            return isEmpty() ? others : this;
        }
        for (String name : others.keySet()) {
            if (containsKey(name)) {
                throw twice(type, name);
            }
        }
        return own.isEmpty() && others.own.isEmpty()
                ? new NamedResources(common, others.common)
                : new NamedResources(new TreeMap<>(this), new TreeMap<>(others));
    }

    private static IllegalArgumentException twice(XdsType type, String name) {
        return new IllegalArgumentException(type.shortName() + " '" + name + "' is there twice");
    }

    /// Whether these are the very same as the others, as far as can be told without looking at
    /// each.
    @SuppressWarnings("ReferenceEquality") // what is meant is the same object
    public boolean isSame(NamedResources others) {
        return common == others.common && own == others.own;
    }

    @Override
    public @Nullable XdsResource get(@Nullable Object name) {
        if (name == null) {
            return null;
        }
        XdsResource resource = own.isEmpty() ? null : own.get(name);
        return resource == null ? common.get(name) : resource;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public int size() {
        return common.size() + own.size();
    }

    @Override
    public Set<Entry<String, XdsResource>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, XdsResource>> iterator() {
                return own.isEmpty()
                        ? Collections.unmodifiableSortedMap(common).entrySet().iterator()
                        : new Merged(common.entrySet().iterator(), own.entrySet().iterator());
            }

            @Override
            public int size() {
                return NamedResources.this.size();
            }
        };
    }

    /// Both parts in the order of names.
    @Confined("whoever iterates")
    private static final class Merged implements Iterator<Entry<String, XdsResource>> {
        private final Iterator<Entry<String, XdsResource>> first;
        private final Iterator<Entry<String, XdsResource>> second;
        private @Nullable Entry<String, XdsResource> nextOfFirst;
        private @Nullable Entry<String, XdsResource> nextOfSecond;

        Merged(
                Iterator<Entry<String, XdsResource>> first,
                Iterator<Entry<String, XdsResource>> second) {
            this.first = first;
            this.second = second;
            this.nextOfFirst = next(first);
            this.nextOfSecond = next(second);
        }

        private static @Nullable Entry<String, XdsResource> next(
                Iterator<Entry<String, XdsResource>> of) {
            return of.hasNext() ? Map.Entry.copyOf(of.next()) : null;
        }

        @Override
        public boolean hasNext() {
            return nextOfFirst != null || nextOfSecond != null;
        }

        @Override
        public Entry<String, XdsResource> next() {
            Entry<String, XdsResource> one = nextOfFirst;
            Entry<String, XdsResource> other = nextOfSecond;
            if (one != null && (other == null || one.getKey().compareTo(other.getKey()) < 0)) {
                nextOfFirst = next(first);
                return one;
            }
            if (other == null) {
                throw new NoSuchElementException();
            }
            nextOfSecond = next(second);
            return other;
        }
    }
}
