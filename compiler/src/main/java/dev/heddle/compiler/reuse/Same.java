package dev.heddle.compiler.reuse;

import java.util.Collection;
import java.util.List;

/// An object as itself: equal to what holds the very same one. For keys of which parts are large
/// and immutable, so that comparing them costs nothing; two equal objects may count as different,
/// which costs work and is never wrong.
///
/// @param <T> immutable
public final class Same<T> {
    private final T object;

    private Same(T object) {
        this.object = object;
    }

    /// That object.
    public static <T> Same<T> as(T object) {
        return new Same<>(object);
    }

    /// Those objects, in that order.
    public static <T> List<Same<T>> each(Collection<? extends T> objects) {
        return objects.stream().map(o -> new Same<T>(o)).toList();
    }

    /// The object itself.
    public T get() {
        return object;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // that is what this class is for
    public boolean equals(Object other) {
        return other instanceof Same<?> same && same.object == object;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(object);
    }

    @Override
    public String toString() {
        return object.toString();
    }
}
