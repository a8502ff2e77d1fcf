package dev.heddle.compiler.reuse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Results for a list of keys that mostly stays as it is from one round to the next. What stands
/// where it stood is not even looked for, so a round costs a walk along the list; [Kept] would look
/// for each of them.
///
/// Keys and results are as for [Kept]. Immutable.
///
/// @param <K> what results are made of
/// @param <V> results
public final class Row<K, V> {
    private final List<K> keys;
    private final List<V> values;
    private final int made;

    private Row(List<K> keys, List<V> values, int made) {
        this.keys = keys;
        this.values = values;
        this.made = made;
    }

    /// Of no keys.
    public static <K, V> Row<K, V> none() {
        return new Row<>(List.of(), List.of(), 0);
    }

    /// The results for those keys, in their order.
    ///
    /// @param make must read nothing but the key
    public Row<K, V> next(List<K> others, Function<? super K, ? extends V> make) {
        return next(others, (_, there) -> Optional.of(there), make);
    }

    /// The results for keys that do not say everything.
    ///
    /// @param renew the earlier result as it is now; empty where it is no longer right
    public Row<K, V> next(
            List<K> others,
            BiFunction<? super K, ? super V, Optional<V>> renew,
            Function<? super K, ? extends V> make) {
        var results = new ArrayList<V>(others.size());
        Map<K, V> moved = null;
        int more = 0;
        for (int i = 0; i < others.size(); i++) {
            K key = others.get(i);
            V there = null;
            if (isInPlace(others, i)) {
                there = values.get(i);
            } else if (moved != null || !isInPlace(others, i + 1)) {
                // One that stands before another that stays is new, and not moved.
                moved = moved == null ? byKey() : moved;
                there = moved.get(key);
            }
            V result = there == null ? null : renew.apply(key, there).orElse(null);
            if (result == null) {
                result = make.apply(key);
                more++;
            }
            results.add(result);
        }
        return new Row<>(List.copyOf(others), List.copyOf(results), more);
    }

    /// Whether there is the same key at that place, or an end to both.
    private boolean isInPlace(List<K> others, int place) {
        return place >= others.size()
                ? others.size() == keys.size()
                : place < keys.size() && others.get(place).equals(keys.get(place));
    }

    private Map<K, V> byKey() {
        Map<K, V> all = HashMap.newHashMap(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            all.put(keys.get(i), values.get(i));
        }
        return all;
    }

    /// In the order of the keys.
    public List<V> values() {
        return values;
    }

    /// How many results this round had to make.
    public int made() {
        return made;
    }
}
