package dev.heddle.compiler.reuse;

import dev.heddle.model.Confined;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Results by what they were made of: those of one round, and those of the round before, which are
/// taken over where the new round asks for the same. What a round does not ask for is forgotten
/// with it.
///
/// A key is everything that its result is made of, and results are immutable; so a result that is
/// taken over is the one that would have been made.
///
/// @param <K> what results are made of
/// @param <V> results
@Confined("whoever makes the round")
public final class Kept<K, V> {
    private final Map<K, V> before;
    private final Map<K, V> now = new HashMap<>();
    private long made;

    private Kept(Map<K, V> before) {
        this.before = before;
    }

    /// A first round.
    public static <K, V> Kept<K, V> none() {
        return new Kept<>(Map.of());
    }

    /// The round after this one. If this one asked for nothing, because a larger whole was taken
    /// over, the next may take over what this one might have.
    public Kept<K, V> next() {
        return new Kept<>(now.isEmpty() ? before : now);
    }

    /// The result for a key.
    ///
    /// @param make must read nothing but the key
    public V get(K key, Function<? super K, ? extends V> make) {
        V known = now.get(key);
        if (known != null) {
            return known;
        }
        V there = before.get(key);
        if (there == null) {
            there = make.apply(key);
            made++;
        }
        now.put(key, there);
        return there;
    }

    /// The result for a key that does not say everything.
    ///
    /// @param renew the earlier result as it is now; empty where it is no longer right
    public V get(
            K key, Function<? super V, Optional<V>> renew, Function<? super K, ? extends V> make) {
        V known = now.get(key);
        if (known != null) {
            return known;
        }
        V there = before.get(key);
        V result = there == null ? null : renew.apply(there).orElse(null);
        if (result == null) {
            result = make.apply(key);
            made++;
        }
        now.put(key, result);
        return result;
    }

    /// Keeps a result for the next round that this one does not ask for.
    public void keep(K key) {
        V there = before.get(key);
        if (there != null) {
            now.putIfAbsent(key, there);
        }
    }

    /// What this round asked for.
    public Collection<V> all() {
        return Collections.unmodifiableCollection(now.values());
    }

    /// How many results this round had to make.
    public long made() {
        return made;
    }
}
