package dev.heddle.proxy.upstream.balance;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// The tables of one cluster, shared by its balancers on all workers: what one has made the others
/// find, as long as any of them uses it. Thread-safe; who asks for a table that another worker is
/// making waits for it instead of making it too.
public final class HashTables {
    private final ConcurrentHashMap<Contents, WeakReference<HashTable>> tables =
            new ConcurrentHashMap<>();

    private record Contents(Hashing.Shape shape, List<HashTable.Entry> entries) {}

    /// The table of some hosts.
    ///
    /// @param entries at least one
    HashTable of(Hashing.Shape shape, List<HashTable.Entry> entries) {
        tables.values().removeIf(it -> it.refersTo(null));
        var contents = new Contents(shape, List.copyOf(entries));
        while (true) {
            WeakReference<HashTable> made =
                    tables.computeIfAbsent(
                            contents, it -> new WeakReference<>(HashTable.of(shape, it.entries())));
            HashTable table = made.get();
            if (table != null) {
                return table;
            }
            tables.remove(contents, made);
        }
    }
}
