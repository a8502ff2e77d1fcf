package dev.heddle.testkit;

import java.util.ArrayList;
import java.util.List;

/// Prints how two texts differ, as `diff -u` would, in the few lines that a failure message holds.
final class GoldenDiff {
    private static final int CONTEXT = 2;
    private static final int MAX_LINES = 60;

    private GoldenDiff() {}

    /// The difference, or a note that there is none.
    static String of(String file, String expected, String actual) {
        List<String> a = expected.lines().toList();
        List<String> b = actual.lines().toList();
        int head = commonHead(a, b);
        int tail = commonTail(a, b, head);
        var out = new ArrayList<String>();
        out.add("--- " + file + " (expected)");
        out.add("+++ " + file + " (actual), from line " + (head + 1));
        a.subList(Math.max(0, head - CONTEXT), head).forEach(l -> out.add("  " + l));
        a.subList(head, a.size() - tail).forEach(l -> out.add("- " + l));
        b.subList(head, b.size() - tail).forEach(l -> out.add("+ " + l));
        int end = b.size() - tail;
        b.subList(end, Math.min(b.size(), end + CONTEXT)).forEach(l -> out.add("  " + l));
        if (out.size() > MAX_LINES) {
            int more = out.size() - MAX_LINES;
            return String.join("\n", out.subList(0, MAX_LINES)) + "\n… " + more + " lines more";
        }
        return String.join("\n", out);
    }

    private static int commonHead(List<String> a, List<String> b) {
        int n = 0;
        while (n < a.size() && n < b.size() && a.get(n).equals(b.get(n))) {
            n++;
        }
        return n;
    }

    private static int commonTail(List<String> a, List<String> b, int head) {
        int n = 0;
        while (n < a.size() - head
                && n < b.size() - head
                && a.get(a.size() - 1 - n).equals(b.get(b.size() - 1 - n))) {
            n++;
        }
        return n;
    }
}
