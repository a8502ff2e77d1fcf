package dev.heddle.cli.analyze;

import java.util.ArrayList;
import java.util.List;

/// What has changed between two texts of as many lines, as `diff -u` prints it and `patch` takes
/// it.
final class UnifiedDiff {
    private static final String NO_END = "\\ No newline at end of file\n";

    private final List<String> before;
    private final List<String> after;
    private final int context;

    private UnifiedDiff(List<String> before, List<String> after, int context) {
        if (before.size() != after.size()) {
            throw new IllegalArgumentException(
                    "lines: %d and %d (expected: as many)".formatted(before.size(), after.size()));
        }
        this.before = before;
        this.after = after;
        this.context = context;
    }

    /// Empty when nothing has changed.
    ///
    /// @param context lines around each change
    static String of(String file, String before, String after, int context) {
        if (before.equals(after)) {
            return "";
        }
        return "--- %s\n+++ %s\n".formatted(file, file)
                + new UnifiedDiff(lines(before), lines(after), context).hunks();
    }

    /// The lines, each with its end.
    private static List<String> lines(String text) {
        var lines = new ArrayList<String>();
        int start = 0;
        for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', start)) {
            lines.add(text.substring(start, i + 1));
            start = i + 1;
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    private String hunks() {
        var text = new StringBuilder();
        int line = 0;
        while ((line = nextChange(line)) < before.size()) {
            int last = line;
            for (int next = nextChange(last + 1);
                    next < before.size() && next - last <= 2 * context;
                    next = nextChange(last + 1)) {
                last = next;
            }
            hunk(Math.max(0, line - context), Math.min(before.size(), last + context + 1), text);
            line = last + 1;
        }
        return text.toString();
    }

    private int nextChange(int from) {
        int line = from;
        while (line < before.size() && before.get(line).equals(after.get(line))) {
            line++;
        }
        return line;
    }

    private void hunk(int from, int to, StringBuilder text) {
        String range = "%d,%d".formatted(from + 1, to - from);
        text.append("@@ -%s +%s @@\n".formatted(range, range));
        int line = from;
        while (line < to) {
            if (before.get(line).equals(after.get(line))) {
                append(' ', before.get(line), text);
                line++;
                continue;
            }
            int end = line;
            while (end < to && !before.get(end).equals(after.get(end))) {
                append('-', before.get(end), text);
                end++;
            }
            for (; line < end; line++) {
                append('+', after.get(line), text);
            }
        }
    }

    private static void append(char sign, String line, StringBuilder text) {
        text.append(sign).append(line);
        if (!line.endsWith("\n")) {
            text.append('\n').append(NO_END);
        }
    }
}
