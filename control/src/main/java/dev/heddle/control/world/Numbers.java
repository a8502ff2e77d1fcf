package dev.heddle.control.world;

import java.util.Map;

/// Which number a world gets: its own if its content is known, else one that none ever had.
///
/// @param known numbers by the hash of a content
/// @param highest that was ever given
record Numbers(Map<String, Long> known, long highest) {
    Numbers {
        known = Map.copyOf(known);
    }

    long of(String hash) {
        return known.getOrDefault(hash, highest + 1);
    }
}
