package dev.heddle.cli.text;

import java.util.ArrayList;
import java.util.List;

/// What has changed between two texts, as `diff -u` prints it and `patch` takes it: the fewest
/// lines that can be, unless the two have so little in common that to find them costs too much.
public final class UnifiedDiff {
    private static final String NO_END = "\\ No newline at end of file\n";

    /// The most pairs of lines that are compared.
    private static final long MOST_PAIRS = 4_000_000;

    private final List<String> before;
    private final List<String> after;
    private final int context;

    /// The lines of both in their order: what is gone before what has come.
    private final List<Line> script = new ArrayList<>();

    /// @param sign as it is printed: a space for a line of both
    private record Line(char sign, String text) {
        boolean isChange() {
            return sign != ' ';
        }
    }

    private UnifiedDiff(List<String> before, List<String> after, int context) {
        this.before = before;
        this.after = after;
        this.context = context;
        compare();
    }

    /// Empty when nothing has changed.
    ///
    /// @param context lines around each change
    public static String of(String file, String before, String after, int context) {
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

    private void compare() {
        int start = 0;
        int beforeEnd = before.size();
        int afterEnd = after.size();
        while (start < Math.min(beforeEnd, afterEnd)
                && before.get(start).equals(after.get(start))) {
            start++;
        }
        while (Math.min(beforeEnd, afterEnd) > start
                && before.get(beforeEnd - 1).equals(after.get(afterEnd - 1))) {
            beforeEnd--;
            afterEnd--;
        }
        add(' ', before.subList(0, start));
        between(before.subList(start, beforeEnd), after.subList(start, afterEnd));
        add(' ', before.subList(beforeEnd, before.size()));
    }

    private void add(char sign, List<String> lines) {
        lines.forEach(line -> script.add(new Line(sign, line)));
    }

    /// By the longest common subsequence: `common[i][j]` is how long that of the old lines from `i`
    /// on and the new ones from `j` on is.
    private void between(List<String> old, List<String> next) {
        int[][] common = new int[0][0];
        if ((long) old.size() * next.size() <= MOST_PAIRS) {
            common = new int[old.size() + 1][next.size() + 1];
            for (int i = old.size() - 1; i >= 0; i--) {
                for (int j = next.size() - 1; j >= 0; j--) {
                    common[i][j] =
                            old.get(i).equals(next.get(j))
                                    ? common[i + 1][j + 1] + 1
                                    : Math.max(common[i + 1][j], common[i][j + 1]);
                }
            }
        }
        int i = 0;
        int j = 0;
        while (common.length > 0 && i < old.size() && j < next.size() && common[i][j] > 0) {
            int gone = i;
            int come = j;
            while (!old.get(i).equals(next.get(j))) {
                if (common[i + 1][j] >= common[i][j + 1]) {
                    i++;
                } else {
                    j++;
                }
            }
            add('-', old.subList(gone, i));
            add('+', next.subList(come, j));
            add(' ', old.subList(i, i + 1));
            i++;
            j++;
        }
        add('-', old.subList(i, old.size()));
        add('+', next.subList(j, next.size()));
    }

    private String hunks() {
        var text = new StringBuilder();
        int line = 0;
        while ((line = nextChange(line)) < script.size()) {
            int last = line;
            for (int next = nextChange(last + 1);
                    next < script.size() && next - last <= 2 * context + 1;
                    next = nextChange(last + 1)) {
                last = next;
            }
            hunk(Math.max(0, line - context), Math.min(script.size(), last + context + 1), text);
            line = last + 1;
        }
        return text.toString();
    }

    private int nextChange(int from) {
        int line = from;
        while (line < script.size() && !script.get(line).isChange()) {
            line++;
        }
        return line;
    }

    private void hunk(int from, int to, StringBuilder text) {
        List<Line> above = script.subList(0, from);
        List<Line> lines = script.subList(from, to);
        text.append(
                "@@ -%s +%s @@\n".formatted(range(above, lines, '+'), range(above, lines, '-')));
        for (Line line : lines) {
            text.append(line.sign()).append(line.text());
            if (!line.text().endsWith("\n")) {
                text.append('\n').append(NO_END);
            }
        }
    }

    /// @param other the sign of lines that the text does not have
    private static String range(List<Line> above, List<Line> lines, char other) {
        long start = above.stream().filter(line -> line.sign() != other).count();
        long count = lines.stream().filter(line -> line.sign() != other).count();
        return "%d,%d".formatted(count == 0 ? start : start + 1, count);
    }
}
