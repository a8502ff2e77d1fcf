package dev.heddle.compiler.service;

/// How much two names differ, for "did you mean".
public final class Spelling {
    private Spelling() {}

    /// How many letters must be put in, taken out or changed: Levenshtein's distance, in time
    /// proportional to the product of the lengths.
    public static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                current[j] =
                        Math.min(
                                previous[j - 1] + change,
                                Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }

    /// Whether one is probably a slip for the other.
    public static boolean isNear(String a, String b) {
        return distance(a, b) <= Math.max(1, Math.min(a.length(), b.length()) / 3);
    }
}
