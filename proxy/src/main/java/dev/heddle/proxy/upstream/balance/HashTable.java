package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.hash.MurmurHash2;
import dev.heddle.proxy.hash.XxHash64;
import java.util.List;

/// Maps hashes to hosts such that few of them move when a host comes or goes. Immutable, and made
/// of no host but only of their keys and weights, so that all workers share one.
interface HashTable {
    /// The host of a hash.
    ///
    /// @param attempt from 0; another one may lead to another host
    /// @return index of an entry that the table was made of
    int at(long hash, int attempt);

    /// A host as a table knows it.
    ///
    /// @param key that is hashed
    /// @param weight its share of the whole, which is 1
    record Entry(String key, double weight) {}

    /// Makes one.
    ///
    /// @param entries at least one
    static HashTable of(Hashing.Shape shape, List<Entry> entries) {
        return switch (shape) {
            case Hashing.Shape.Ring(long least, long most, Hashing.Function function) ->
                    HashRing.of(
                            entries,
                            least,
                            most,
                            switch (function) {
                                case XX_HASH -> XxHash64::of;
                                case MURMUR_HASH_2 -> MurmurHash2::of;
                            });
            case Hashing.Shape.Maglev(int size) -> MaglevTable.of(entries, size);
        };
    }
}
