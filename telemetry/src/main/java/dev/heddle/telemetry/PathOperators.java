package dev.heddle.telemetry;

/// `%PATH(…)%` and `%QUERY_PARAM(…)%`: parts of what a request asks for.
final class PathOperators {
    private static final String PATH = ":path";
    private static final String ORIGINAL = "x-envoy-original-path";

    private PathOperators() {}

    /// `X:Y`: with the query (`WQ`) or without (`NQ`); as it was sent on (`PATH`), as it came
    /// (`ORIG`), or as it came if that differs (`ORIG_OR_PATH`).
    static AccessLogFormat.Part path(String text, String argument) {
        String[] words = argument.split(":", -1);
        if (words.length > 2) {
            throw AccessLogFormat.malformed(text, "expected: at most two words");
        }
        boolean hasQuery =
                switch (words[0]) {
                    case "", "WQ" -> true;
                    case "NQ" -> false;
                    default -> throw AccessLogFormat.malformed(text, "expected: WQ or NQ");
                };
        String which = words.length < 2 ? "" : words[1];
        return switch (which) {
            case "", "ORIG_OR_PATH" ->
                    (record, out) ->
                            isWritten(record, ORIGINAL, hasQuery, out)
                                    || isWritten(record, PATH, hasQuery, out);
            case "ORIG" -> (record, out) -> isWritten(record, ORIGINAL, hasQuery, out);
            case "PATH" -> (record, out) -> isWritten(record, PATH, hasQuery, out);
            default ->
                    throw AccessLogFormat.malformed(text, "expected: ORIG, PATH or ORIG_OR_PATH");
        };
    }

    private static boolean isWritten(
            AccessLogRecord record, String header, boolean hasQuery, ByteText out) {
        int from = out.length();
        if (!record.requestHeader(header, out)) {
            return false;
        }
        if (!hasQuery) {
            int query = indexOf(out, (byte) '?', from, out.length());
            out.back(query);
        }
        return true;
    }

    /// The query, without its question mark.
    static AccessLogFormat.Part query(String text, String which) {
        if (!which.isEmpty() && !which.equals("ORIG")) {
            throw AccessLogFormat.malformed(text, "expected: ORIG");
        }
        AccessLogFormat.Part path = path(text, "");
        return (record, out) -> {
            int from = out.length();
            if (!path.write(record, out)) {
                return false;
            }
            int end = out.length();
            int mark = indexOf(out, (byte) '?', from, end);
            if (mark == end) {
                out.back(from);
                return false;
            }
            out.keep(from, mark + 1, end - mark - 1);
            return true;
        };
    }

    /// The first value of a parameter, its percent signs resolved.
    static AccessLogFormat.Part parameter(String text, String name) {
        if (name.isEmpty()) {
            throw AccessLogFormat.malformed(text, "expected: the name of a parameter");
        }
        return (record, out) -> {
            int from = out.length();
            if (!record.requestHeader(PATH, out)) {
                return false;
            }
            int end = out.length();
            int at = indexOf(out, (byte) '?', from, end) + 1;
            while (at <= end) {
                int next = indexOf(out, (byte) '&', at, end);
                if (isNamed(out, name, at, next)) {
                    int value = Math.min(next, at + name.length() + 1);
                    out.keep(from, value, next - value);
                    decode(out, from);
                    return true;
                }
                at = next + 1;
            }
            out.back(from);
            return false;
        };
    }

    /// `%20` is a space, here; what is no such thing stays.
    private static void decode(ByteText out, int from) {
        byte[] bytes = out.bytes();
        int to = from;
        for (int at = from; at < out.length(); at++) {
            int value = -1;
            if (bytes[at] == '%' && at + 2 < out.length()) {
                int high = Character.digit(bytes[at + 1], 16);
                int low = Character.digit(bytes[at + 2], 16);
                value = high < 0 || low < 0 ? -1 : high << 4 | low;
            }
            bytes[to] = value < 0 ? bytes[at] : (byte) value;
            to++;
            at += value < 0 ? 0 : 2;
        }
        out.back(to);
    }

    private static boolean isNamed(ByteText out, String name, int at, int end) {
        if (end - at < name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (out.bytes()[at + i] != (byte) name.charAt(i)) {
                return false;
            }
        }
        return end - at == name.length() || out.bytes()[at + name.length()] == '=';
    }

    /// Where a byte is first; the end where it is not.
    private static int indexOf(ByteText out, byte wanted, int from, int end) {
        for (int i = from; i < end; i++) {
            if (out.bytes()[i] == wanted) {
                return i;
            }
        }
        return end;
    }
}
