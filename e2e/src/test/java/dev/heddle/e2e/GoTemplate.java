package dev.heddle.e2e;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// As much of Go's `text/template` as Istio's tests are written in: fields, variables, `if`,
/// `range`, and the functions `index`, `default`, `quote` and `replace`. What it does not know is a
/// mistake of the case.
final class GoTemplate {
    private static final Pattern ACTION = Pattern.compile("\\{\\{(-)?(.*?)(-)?}}", Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|:=|[(),|]|[^\\s(),|\"]+");

    private final List<Piece> pieces = new ArrayList<>();

    /// Text, or what stands between braces.
    private record Piece(String text, boolean isAction) {}

    private GoTemplate(String text) {
        Matcher matcher = ACTION.matcher(text);
        int at = 0;
        boolean isTrimmed = false;
        while (matcher.find()) {
            String before = text.substring(at, matcher.start());
            before = isTrimmed ? before.stripLeading() : before;
            pieces.add(
                    new Piece(matcher.group(1) == null ? before : before.stripTrailing(), false));
            pieces.add(new Piece(matcher.group(2).strip(), true));
            isTrimmed = matcher.group(3) != null;
            at = matcher.end();
        }
        String rest = text.substring(at);
        pieces.add(new Piece(isTrimmed ? rest.stripLeading() : rest, false));
    }

    /// The text with everything filled in.
    ///
    /// @param values by name: texts, numbers, lists and maps of them
    static String fill(String text, Map<String, Object> values) {
        var template = new GoTemplate(text);
        var out = new StringBuilder();
        var scope = new LinkedHashMap<String, Object>();
        scope.put("", values);
        template.write(0, template.pieces.size(), scope, out);
        return out.toString();
    }

    private void write(int from, int to, Map<String, Object> scope, StringBuilder out) {
        for (int at = from; at < to; at++) {
            Piece piece = pieces.get(at);
            String said = piece.text();
            if (!piece.isAction()) {
                out.append(said);
            } else if (said.startsWith("if ")) {
                int end = end(at);
                if (isTrue(new Expression(said.substring(3), scope).value())) {
                    write(at + 1, end, scope, out);
                }
                at = end;
            } else if (said.startsWith("range ")) {
                int end = end(at);
                repeat(said.substring(6), at + 1, end, scope, out);
                at = end;
            } else if (said.contains(":=")) {
                String[] sides = said.split(":=", 2);
                Object value = new Expression(sides[1], scope).value();
                scope.put(sides[0].strip(), value == null ? "" : value);
            } else {
                Object value = new Expression(said, scope).value();
                out.append(value == null ? "" : text(value));
            }
        }
    }

    /// `$each := list`, or `$index, $each := list`.
    private void repeat(
            String said, int from, int to, Map<String, Object> scope, StringBuilder out) {
        String[] sides = said.split(":=", 2);
        String[] names = sides[0].strip().split("\\s*,\\s*", -1);
        Object list = new Expression(sides[1], scope).value();
        if (!(list instanceof List<?> items)) {
            throw new IllegalArgumentException(said + ": not a list");
        }
        for (int i = 0; i < items.size(); i++) {
            var inner = new LinkedHashMap<>(scope);
            inner.put(names[names.length - 1], items.get(i));
            if (names.length == 2) {
                inner.put(names[0], i);
            }
            write(from, to, inner, out);
        }
    }

    /// Where the block that begins there ends.
    private int end(int begin) {
        int depth = 0;
        for (int at = begin; at < pieces.size(); at++) {
            String said = pieces.get(at).isAction() ? pieces.get(at).text() : "";
            if (said.startsWith("if ") || said.startsWith("range ")) {
                depth++;
            } else if (said.equals("end") && --depth == 0) {
                return at;
            }
        }
        throw new IllegalArgumentException(pieces.get(begin).text() + ": no end");
    }

    private static boolean isTrue(@Nullable Object value) {
        return value != null && !value.equals("") && !value.equals(List.of());
    }

    /// JSON has no whole numbers.
    private static String text(Object value) {
        return value instanceof Number number && number.doubleValue() == number.longValue()
                ? Long.toString(number.longValue())
                : value.toString();
    }

    /// What stands between braces: functions with their arguments, each one's value being the next
    /// one's last argument.
    private static final class Expression {
        private final Deque<String> tokens = new ArrayDeque<>();
        private final Map<String, Object> scope;

        Expression(String said, Map<String, Object> scope) {
            this.scope = scope;
            Matcher matcher = TOKEN.matcher(said);
            while (matcher.find()) {
                tokens.add(matcher.group());
            }
        }

        @Nullable Object value() {
            Object value = step(null, false);
            while ("|".equals(tokens.peek())) {
                tokens.pop();
                value = step(value, true);
            }
            return value;
        }

        private @Nullable Object step(@Nullable Object before, boolean isPiped) {
            String first = tokens.peek();
            if (first == null || "(.$\"".indexOf(first.charAt(0)) >= 0 || isNumber(first)) {
                return argument();
            }
            tokens.pop();
            var arguments = new ArrayList<@Nullable Object>();
            while (!tokens.isEmpty() && !"|)".contains(tokens.peek())) {
                arguments.add(argument());
            }
            if (isPiped) {
                arguments.add(before);
            }
            return call(first, arguments);
        }

        private static boolean isNumber(String token) {
            return Character.isDigit(token.charAt(0));
        }

        private static @Nullable Object call(String name, List<@Nullable Object> of) {
            return switch (name) {
                case "index" -> at(of.getFirst(), of.get(1));
                case "default" -> isTrue(of.get(1)) ? of.get(1) : of.getFirst();
                case "quote" -> '"' + String.valueOf(of.getFirst()).replace("\"", "\\\"") + '"';
                case "replace" ->
                        String.valueOf(of.get(2))
                                .replace(String.valueOf(of.getFirst()), String.valueOf(of.get(1)));
                default -> throw new IllegalArgumentException(name + ": unknown function");
            };
        }

        private static @Nullable Object at(@Nullable Object list, @Nullable Object index) {
            if (list instanceof List<?> items && index instanceof Number number) {
                return items.get(number.intValue());
            }
            throw new IllegalArgumentException("index " + list + " " + index);
        }

        private @Nullable Object argument() {
            String token = tokens.pop();
            if (token.equals("(")) {
                Object value = value();
                tokens.pop();
                String next = tokens.peek();
                return next != null && next.startsWith(".") ? field(value, tokens.pop()) : value;
            }
            if (token.startsWith("\"")) {
                return token.substring(1, token.length() - 1);
            }
            if (isNumber(token)) {
                return Integer.valueOf(token);
            }
            if (token.startsWith("$")) {
                int dot = token.indexOf('.');
                String name = dot < 0 ? token : token.substring(0, dot);
                return field(scope.get(name), dot < 0 ? "" : token.substring(dot));
            }
            return field(scope.get(""), token);
        }

        /// @param path as in `.Config.Service`
        private static @Nullable Object field(@Nullable Object of, String path) {
            Object value = of;
            for (String name : path.split("\\.", -1)) {
                if (!name.isEmpty()) {
                    value = value instanceof Map<?, ?> map ? map.get(name) : null;
                }
            }
            return value;
        }
    }
}
