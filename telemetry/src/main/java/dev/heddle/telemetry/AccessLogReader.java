package dev.heddle.telemetry;

import java.util.ArrayList;
import java.util.List;

/// Reads back the lines that a format has written: the texts of the format are where one value ends
/// and the next begins.
///
/// Values are not escaped in such lines, so a value may have the text that ends it in itself, as a
/// user agent of `a" "b` has. A line that can be read in more than one way is not read at all:
/// whoever wrote the value could otherwise choose what the others are taken to be.
public final class AccessLogReader {
    /// How much is tried with one line before it counts as unreadable.
    private static final int MOST_STEPS = 20_000;

    private final String start;
    private final List<LogOperator> operators;
    private final List<LogOperator.Shape> shapes;
    private final List<String> ends;

    private AccessLogReader(String start, List<LogOperator> operators, List<String> ends) {
        this.start = start;
        this.operators = List.copyOf(operators);
        this.shapes = operators.stream().map(LogOperator::shape).toList();
        this.ends = List.copyOf(ends);
    }

    /// What came of a line.
    public sealed interface Reading {
        /// @param texts a value for each operator, in the order of [AccessLogReader#operators]; `-`
        ///   is what proxies write for what there is not
        record Values(List<String> texts) implements Reading {
            public Values {
                texts = List.copyOf(texts);
            }
        }

        /// @param why in words
        record Unreadable(String why) implements Reading {}
    }

    /// Turns a format round.
    ///
    /// @param format as of an access log, operators of Envoy among them that our proxy does not
    ///   have; a line end at its end counts as none
    /// @throws IllegalArgumentException when lines of it cannot be read back, naming where
    public static AccessLogReader parse(String format) {
        String line = format.endsWith("\n") ? format.substring(0, format.length() - 1) : format;
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException(
                    "'" + line + "': several lines for one request (expected: one)");
        }
        var texts = new ArrayList<String>(); // one before each operator
        var operators = new ArrayList<LogOperator>();
        AccessLogFormat.split(
                line,
                texts::add,
                command -> {
                    if (texts.size() == operators.size()) {
                        texts.add(before(command, operators));
                    }
                    operators.add(LogOperator.parse(command));
                });
        if (operators.isEmpty()) {
            throw new IllegalArgumentException(
                    "'"
                            + line
                            + "' says nothing of a request (expected: operators, as"
                            + " in %PROTOCOL%)");
        }
        if (texts.size() == operators.size()) {
            texts.add("");
        }
        return new AccessLogReader(texts.getFirst(), operators, texts.subList(1, texts.size()));
    }

    /// The text before an operator that has none; only the first may do without.
    private static String before(String command, List<LogOperator> earlier) {
        if (earlier.isEmpty()) {
            return "";
        }
        throw new IllegalArgumentException(
                "'%s%%%s%%': nothing tells where the first ends (expected: a text between them)"
                        .formatted(earlier.getLast(), command));
    }

    /// The operators of the format, in order.
    public List<LogOperator> operators() {
        return operators;
    }

    /// Reads one line.
    ///
    /// @param line without its end
    public Reading read(String line) {
        if (!line.startsWith(start)) {
            return new Reading.Unreadable("it does not begin with '" + start + "'");
        }
        return new Search(line).reading();
    }

    /// All ways to read one line, up to the second.
    @Confined("one call")
    private final class Search {
        private final String line;
        private final int[] begins = new int[operators.size()];
        private final int[] stops = new int[operators.size()];
        private final List<List<String>> found = new ArrayList<>();
        private int steps;
        private int furthest;

        Search(String line) {
            this.line = line;
        }

        Reading reading() {
            from(0, start.length());
            if (steps > MOST_STEPS) {
                return new Reading.Unreadable("there are too many ways to read it");
            }
            return switch (found.size()) {
                case 0 ->
                        new Reading.Unreadable(
                                "there is no value of %s with %s behind it"
                                        .formatted(operators.get(furthest), behind(furthest)));
                case 1 -> new Reading.Values(found.getFirst());
                default ->
                        new Reading.Unreadable(
                                "it can be read in several ways, as a value has the text in itself"
                                        + " that ends values");
            };
        }

        private String behind(int operator) {
            String end = ends.get(operator);
            return end.isEmpty() ? "the line's end" : "'" + end + "'";
        }

        private void from(int operator, int at) {
            furthest = Math.max(furthest, Math.min(operator, operators.size() - 1));
            if (operator == operators.size()) {
                if (at == line.length()) {
                    found.add(values());
                }
                return;
            }
            String end = ends.get(operator);
            int last = shapes.get(operator).longest(line, at);
            begins[operator] = at;
            for (int stop = stop(end, at, operator);
                    stop >= 0 && stop <= last && found.size() < 2 && ++steps <= MOST_STEPS;
                    stop = line.indexOf(end, stop + 1)) {
                stops[operator] = stop;
                from(operator + 1, stop + end.length());
                if (end.isEmpty()) {
                    return;
                }
            }
        }

        /// Where a value may end first. What the last one ends with ends the line.
        private int stop(String end, int at, int operator) {
            if (operator < operators.size() - 1) {
                return line.indexOf(end, at);
            }
            int stop = line.length() - end.length();
            return stop >= at && line.endsWith(end) ? stop : -1;
        }

        private List<String> values() {
            var values = new ArrayList<String>(operators.size());
            for (int i = 0; i < begins.length; i++) {
                values.add(line.substring(begins[i], stops[i]));
            }
            return values;
        }
    }
}
