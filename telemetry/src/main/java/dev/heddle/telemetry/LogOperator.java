package dev.heddle.telemetry;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// An operator of a format whose lines are read back.
///
/// @param name as in `REQ`
/// @param argument as in `:METHOD`; empty for none
/// @param length at which values are cut; empty where they are whole
public record LogOperator(String name, String argument, OptionalInt length) {
    /// Headers whose values have no spaces, by HTTP's own rules or by those of Envoy.
    private static final Set<String> WORDS =
            Set.of(
                    ":method",
                    ":path",
                    ":authority",
                    ":scheme",
                    "x-envoy-original-path",
                    "x-envoy-upstream-service-time",
                    "x-request-id",
                    "x-forwarded-proto");

    /// Operators whose values may have spaces.
    private static final Set<String> TEXTS =
            Set.of(
                    "REQ",
                    "REQUEST_HEADER",
                    "RESP",
                    "RESPONSE_HEADER",
                    "TRAILER",
                    "RESPONSE_TRAILER",
                    "DYNAMIC_METADATA",
                    "CLUSTER_METADATA",
                    "UPSTREAM_METADATA",
                    "METADATA",
                    "FILTER_STATE",
                    "UPSTREAM_FILTER_STATE",
                    "ENVIRONMENT",
                    "COALESCE",
                    "CEL",
                    "CUSTOM_FLAGS",
                    "CONNECTION_TERMINATION_DETAILS",
                    "UPSTREAM_TRANSPORT_FAILURE_REASON",
                    "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
                    "ROUTE_NAME",
                    "VIRTUAL_CLUSTER_NAME",
                    "FILTER_CHAIN_NAME",
                    "LOCAL_REPLY_BODY",
                    "QUERY_PARAM",
                    "QUERY_PARAMS");

    private static final Pattern OF_CERTIFICATES =
            Pattern.compile("_SUBJECT|_ISSUER|_SAN|PEER_CERT");

    static LogOperator parse(String command) {
        int open = command.indexOf('(');
        int close = command.lastIndexOf(')');
        if (open >= 0 && close < open) {
            throw AccessLogFormat.malformed(command, "expected: a closing parenthesis");
        }
        int colon = command.indexOf(':', Math.max(0, close));
        String name = command.substring(0, open >= 0 ? open : end(colon, command));
        String tail = command.substring(open >= 0 ? close + 1 : name.length());
        if (!tail.isEmpty() && !tail.matches(":[0-9]{1,6}")) {
            throw AccessLogFormat.malformed(
                    command, "expected: nothing or :LENGTH after the operator");
        }
        if (!name.matches("[A-Z0-9_]+")) {
            throw AccessLogFormat.malformed(command, "expected: an operator, as in %PROTOCOL%");
        }
        return new LogOperator(
                name,
                open >= 0 ? command.substring(open + 1, close) : "",
                tail.isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(Integer.parseInt(tail.substring(1))));
    }

    private static int end(int colon, String command) {
        return colon < 0 ? command.length() : colon;
    }

    /// The headers that it speaks of, lower case, the first that is there counting; none for
    /// operators that speak of none.
    public List<String> headers() {
        return switch (name) {
            case "REQ", "REQUEST_HEADER", "RESP", "RESPONSE_HEADER" ->
                    List.of(argument.toLowerCase(Locale.ROOT).split("\\?", -1));
            default -> List.of();
        };
    }

    /// Whether a value may be the beginning of a longer one.
    public boolean mayBeCut(String value) {
        return length.isPresent() && value.length() >= length.getAsInt();
    }

    /// What values of an operator look like.
    enum Shape {
        /// Digits, or `-`.
        NUMBER,
        /// Anything but spaces.
        WORD,
        TEXT;

        /// Where a value that begins there ends at the latest.
        int longest(String line, int at) {
            return switch (this) {
                case NUMBER -> number(line, at);
                case WORD -> {
                    int end = line.indexOf(' ', at);
                    yield end < 0 ? line.length() : end;
                }
                case TEXT -> line.length();
            };
        }

        private static int number(String line, int at) {
            int end = at;
            while (end < line.length() && Character.isDigit(line.charAt(end))) {
                end++;
            }
            return line.startsWith("-", at) ? at + 1 : end;
        }
    }

    /// What its values look like.
    Shape shape() {
        if (AccessLogFormat.NUMBERS.contains("%" + name + "%")) {
            return Shape.NUMBER;
        }
        return mayHaveSpaces() ? Shape.TEXT : Shape.WORD;
    }

    private boolean mayHaveSpaces() {
        return switch (name) {
            case "START_TIME", "EMIT_TIME", "START_TIME_LOCAL", "EMIT_TIME_LOCAL" ->
                    argument.contains(" ") || argument.contains("%e") || argument.contains("%c");
            case String it when TEXTS.contains(it) ->
                    headers().isEmpty() || !WORDS.containsAll(headers());
            default -> OF_CERTIFICATES.matcher(name).find();
        };
    }

    /// As a format has it.
    @Override
    public String toString() {
        return "%"
                + name
                + (argument.isEmpty() ? "" : "(" + argument + ")")
                + (length.isPresent() ? ":" + length.getAsInt() : "")
                + "%";
    }
}
