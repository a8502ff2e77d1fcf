package dev.heddle.telemetry;

import java.util.Optional;

/// Judges a page of somebody else's metrics before it is put beside our own: one bad line costs a
/// scraper the whole page. Both of Prometheus' text formats are known, and not told apart; names
/// are those without quotes.
public final class ScrapedText {
    private static final String EOF = "# EOF";
    private static final int SHOWN = 80;

    private ScrapedText() {}

    /// What is wrong with a page, with the line's number; empty for nothing. Costs time in
    /// proportion to the page.
    public static Optional<String> problem(String page) {
        int number = 0;
        boolean isOver = false;
        for (int from = 0; from < page.length(); ) {
            int end = page.indexOf('\n', from);
            String line = page.substring(from, end < 0 ? page.length() : end);
            number++;
            if (isOver && !line.isBlank()) {
                return Optional.of("line " + number + " is behind '" + EOF + "'");
            }
            isOver |= line.equals(EOF);
            if (!line.isBlank() && line.charAt(0) != '#' && !isSample(line)) {
                return Optional.of(
                        "line %d is no sample: '%s'"
                                .formatted(
                                        number,
                                        line.length() > SHOWN ? line.substring(0, SHOWN) : line));
            }
            from = end < 0 ? page.length() : end + 1;
        }
        return Optional.empty();
    }

    /// The same page without its end's mark, with a line break behind its last line.
    public static String open(String page) {
        String plain = page.stripTrailing();
        if (plain.equals(EOF) || plain.endsWith("\n" + EOF)) {
            plain = plain.substring(0, plain.length() - EOF.length()).stripTrailing();
        }
        return plain.isEmpty() ? "" : plain + "\n";
    }

    /// `name{label="value",…} value [time] [# exemplar]`.
    private static boolean isSample(String line) {
        int at = name(line, 0, true);
        if (at == 0) {
            return false;
        }
        int brace = blanks(line, at);
        if (brace < line.length() && line.charAt(brace) == '{') {
            at = labels(line, brace + 1);
            if (at < 0) {
                return false;
            }
        }
        int exemplar = line.indexOf(" # ", at);
        String rest = exemplar < 0 ? line.substring(at) : line.substring(at, exemplar);
        boolean isApart = !rest.isEmpty() && (rest.charAt(0) == ' ' || rest.charAt(0) == '\t');
        boolean isBehindLabels = !rest.isEmpty() && line.charAt(at - 1) == '}';
        if (!isApart && !isBehindLabels) {
            return false;
        }
        String[] words = rest.strip().split("[ \\t]+", 4);
        return words.length <= 2 && isNumber(words[0]) && (words.length < 2 || isNumber(words[1]));
    }

    /// Behind the name that begins there; there, if none does.
    private static int name(String line, int from, boolean takesColons) {
        int at = from;
        while (at < line.length()) {
            char c = line.charAt(at);
            boolean isLetter =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || c == '_'
                            || (takesColons && c == ':');
            if (!isLetter && !(at > from && c >= '0' && c <= '9')) {
                break;
            }
            at++;
        }
        return at;
    }

    /// Behind the brace that ends the labels; below 0 if they do not end well.
    private static int labels(String line, int from) {
        int at = blanks(line, from);
        while (at < line.length() && line.charAt(at) != '}') {
            int end = name(line, at, false);
            int equals = blanks(line, end);
            if (end == at || equals >= line.length() || line.charAt(equals) != '=') {
                return -1;
            }
            at = value(line, blanks(line, equals + 1));
            if (at < 0) {
                return -1;
            }
            at = blanks(line, at);
            if (at < line.length() && line.charAt(at) == ',') {
                at = blanks(line, at + 1);
            } else if (at >= line.length() || line.charAt(at) != '}') {
                return -1;
            }
        }
        return at < line.length() ? at + 1 : -1;
    }

    private static int blanks(String line, int from) {
        int at = from;
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    /// Behind the value in quotes that begins there.
    private static int value(String line, int from) {
        if (from >= line.length() || line.charAt(from) != '"') {
            return -1;
        }
        for (int at = from + 1; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\') {
                at++;
            }
        }
        return -1;
    }

    private static boolean isNumber(String word) {
        String plain = word.startsWith("+") || word.startsWith("-") ? word.substring(1) : word;
        if (plain.equalsIgnoreCase("inf")
                || plain.equalsIgnoreCase("infinity")
                || plain.equalsIgnoreCase("nan")) {
            return true;
        }
        return plain.matches("([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    }
}
