package dev.heddle.model.codec;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// What somebody may have meant.
public final class Spelling {
    private static final int MAX_LENGTH = 64;

    private Spelling() {}

    /// `mirror_percent` as `mirrorPercent`: protocol buffers accept both in JSON.
    static String camel(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        var camel = new StringBuilder(name.length());
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /// The known word that is nearest to the given one, if any is near.
    public static Optional<String> nearest(String word, Collection<String> known) {
        if (word.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        int near = Math.max(1, Math.min(3, word.length() / 3));
        String lower = word.toLowerCase(Locale.ROOT);
        record Candidate(String word, int distance) {}
        return known.stream()
                .map(k -> new Candidate(k, distance(lower, k.toLowerCase(Locale.ROOT))))
                .filter(c -> c.distance() <= near)
                .min(Comparator.comparingInt(Candidate::distance))
                .map(Candidate::word);
    }

    /// Whether one is probably a slip for the other.
    public static boolean isNear(String a, String b) {
        return distance(a, b) <= Math.max(1, Math.min(a.length(), b.length()) / 3);
    }

    /// How many letters have to be changed, added, taken away, or swapped with their neighbour, in
    /// time proportional to the product of the lengths.
    public static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
