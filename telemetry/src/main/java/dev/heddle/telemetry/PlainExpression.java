package dev.heddle.telemetry;

import dev.heddle.telemetry.AccessLogFormat.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The expressions of CEL that are a text without much work: texts, numbers, what the proxy's node
/// says (`xds.node.metadata['LABELS']['app']`), `request.method`, `request.host`,
/// `request.url_path`, `request.headers['x']`, `response.code`, `connection.mtls`; and of these `a
/// ? b : c`, `==`, `!=`, `in`, `&&`, `||`, `!` and `a.startsWith('x')`. Any other is one for
/// [CelExpression].
///
/// What depends on the node alone is worked out when the expression is parsed. What a request does
/// not have is CEL's error: the expression has no value then, and `&&` and `||` look at their other
/// side.
@Confined("whoever made it")
final class PlainExpression {
    private static final int NO = 0;
    private static final int YES = 1;
    private static final int ERROR = -1;
    private static final Part NOTHING = (_, _) -> false;

    private final String command;
    private final String text;
    private final NodeText node;
    private int at;

    private PlainExpression(String command, String text, NodeText node) {
        this.command = command;
        this.text = text;
        this.node = node;
    }

    static Part parse(String command, String text, NodeText node) {
        var expression = new PlainExpression(command, text, node);
        Term whole = expression.choice();
        expression.blanks();
        if (expression.at < text.length()) {
            throw expression.malformed("expected: nothing behind character " + expression.at);
        }
        return expression.part(whole);
    }

    /// One side of an operator.
    private sealed interface Term {
        /// Known when it is parsed.
        record Known(String value) implements Term {}

        /// Found out for each request.
        record Text(Part part) implements Term {}

        /// One of three numbers for each request.
        record Truth(Test test) implements Term {}

        /// A path whose end is not reached yet, as in `request.headers`.
        record Path(List<String> segments) implements Term {}
    }

    private interface Test {
        int of(AccessLogRecord record, ByteText out);
    }

    private Part part(Term term) {
        return switch (term) {
            case Term.Known(String value) -> new AccessLogFormat.Literal(value);
            case Term.Text(Part part) -> part;
            case Term.Truth(Test test) ->
                    (record, out) -> {
                        int is = test.of(record, out);
                        if (is != ERROR) {
                            out.append(is == YES ? "true" : "false");
                        }
                        return is != ERROR;
                    };
            case Term.Path(List<String> segments) -> value(segments);
        };
    }

    private Test test(Term term) {
        return switch (term) {
            case Term.Known(String value) when value.equals("true") -> (_, _) -> YES;
            case Term.Known(String value) when value.equals("false") -> (_, _) -> NO;
            case Term.Truth(Test test) -> test;
            case Term.Path(List<String> segments)
                    when segments.equals(List.of("connection", "mtls")) ->
                    (record, _) ->
                            record.downstreamTls(AccessLogRecord.TlsItem.PEER_SUBJECT) != null
                                    ? YES
                                    : NO;
            case Term.Known _, Term.Text _, Term.Path _ ->
                    throw malformed("expected: something that is true or false");
        };
    }

    private Term choice() {
        Term condition = or();
        if (!isTaken("?")) {
            return condition;
        }
        Term then = choice();
        expect(":");
        Term otherwise = choice();
        if (condition instanceof Term.Known(String value)) {
            return value.equals("true") ? then : otherwise;
        }
        Test test = test(condition);
        Part yes = part(then);
        Part no = part(otherwise);
        return new Term.Text((record, out) ->
                switch (test.of(record, out)) {
                    case YES -> yes.write(record, out);
                    case NO -> no.write(record, out);
                    default -> false;
                });
    }

    private Term or() {
        Term left = and();
        while (isTaken("||")) {
            left = either(test(left), test(and()), YES);
        }
        return left;
    }

    private Term and() {
        Term left = relation();
        while (isTaken("&&")) {
            left = either(test(left), test(relation()), NO);
        }
        return left;
    }

    /// One side that decides does so whatever the other one is.
    private static Term either(Test left, Test right, int decides) {
        return new Term.Truth((record, out) -> {
            int first = left.of(record, out);
            if (first == decides) {
                return decides;
            }
            int second = right.of(record, out);
            return second == decides ? decides : first == ERROR ? ERROR : second;
        });
    }

    private Term relation() {
        if (isTaken("!") && !text.startsWith("=", at)) {
            Test test = test(relation());
            return new Term.Truth((record, out) -> {
                int is = test.of(record, out);
                return is == ERROR ? ERROR : YES - is;
            });
        }
        Term left = path();
        if (isTaken("==")) {
            return equal(left, path(), YES);
        }
        if (isTaken("!=")) {
            return equal(left, path(), NO);
        }
        if (isWordTaken("in")) {
            return isIn(left, path());
        }
        return left;
    }

    private Term equal(Term left, Term right, int ifSame) {
        if (left instanceof Term.Known(String one) && right instanceof Term.Known(String other)) {
            return new Term.Known(Boolean.toString(one.equals(other) == (ifSame == YES)));
        }
        Part first = part(left);
        Part second = part(right);
        return new Term.Truth((record, out) -> {
            int from = out.length();
            int is = ERROR;
            if (first.write(record, out)) {
                int middle = out.length();
                if (second.write(record, out)) {
                    boolean isSame =
                            Arrays.equals(
                                    out.bytes(), from, middle, out.bytes(), middle, out.length());
                    is = isSame ? ifSame : YES - ifSame;
                }
            }
            out.back(from);
            return is;
        });
    }

    private Term isIn(Term key, Term map) {
        if (!(key instanceof Term.Known(String name)) || !(map instanceof Term.Path(var path))) {
            throw malformed("expected: 'x' in request.headers, or in the node's metadata");
        }
        if (path.equals(List.of("request", "headers"))) {
            String header = name.toLowerCase(Locale.ROOT);
            return new Term.Truth((record, out) -> {
                int from = out.length();
                boolean isThere = record.requestHeader(header, out);
                out.back(from);
                return isThere ? YES : NO;
            });
        }
        var whole = new ArrayList<>(path);
        whole.add(name);
        return new Term.Known(Boolean.toString(ofNode(whole).isPresent()));
    }

    /// A path, or something in parentheses, and what hangs at it.
    private Term path() {
        blanks();
        if (isTaken("(")) {
            Term inner = choice();
            expect(")");
            return inner;
        }
        char c = at < text.length() ? text.charAt(at) : 0;
        if (c == '\'' || c == '"') {
            return new Term.Known(string());
        }
        if (Character.isDigit(c)) {
            int from = at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            return new Term.Known(text.substring(from, at));
        }
        String first = word();
        if (first.equals("true") || first.equals("false")) {
            return new Term.Known(first);
        }
        var segments = new ArrayList<String>();
        segments.add(first);
        while (true) {
            if (isTaken(".")) {
                String next = word();
                if (next.equals("startsWith")) {
                    return startsWith(new Term.Path(segments));
                }
                segments.add(next);
            } else if (isTaken("[")) {
                segments.add(string());
                expect("]");
            } else {
                return known(segments);
            }
        }
    }

    private Term startsWith(Term of) {
        expect("(");
        blanks();
        byte[] wanted = string().getBytes(StandardCharsets.UTF_8);
        expect(")");
        Part part = part(of);
        return new Term.Truth((record, out) -> {
            int from = out.length();
            int is = ERROR;
            if (part.write(record, out)) {
                int end = Math.min(out.length(), from + wanted.length);
                is = Arrays.equals(out.bytes(), from, end, wanted, 0, wanted.length) ? YES : NO;
            }
            out.back(from);
            return is;
        });
    }

    /// The node's own is known at once where it is a text.
    private Term known(List<String> segments) {
        return isOfNode(segments)
                ? ofNode(segments).<Term>map(Term.Known::new).orElse(new Term.Path(segments))
                : new Term.Path(segments);
    }

    private static boolean isOfNode(List<String> path) {
        return path.size() > 3 && path.subList(0, 3).equals(List.of("xds", "node", "metadata"));
    }

    private Optional<String> ofNode(List<String> path) {
        if (!isOfNode(path)) {
            throw malformed("'" + String.join(".", path) + "' is not implemented");
        }
        return node.metadata(path.subList(3, path.size()));
    }

    private Part value(List<String> path) {
        if (isOfNode(path)) {
            return ofNode(path).<Part>map(AccessLogFormat.Literal::new).orElse(NOTHING);
        }
        Part found =
                path.size() == 3 && path.subList(0, 2).equals(List.of("request", "headers"))
                        ? header(path.get(2).toLowerCase(Locale.ROOT))
                        : plain(String.join(".", path));
        if (found == null) {
            throw malformed("'" + String.join(".", path) + "' is not implemented");
        }
        return found;
    }

    private static @Nullable Part plain(String path) {
        return switch (path) {
            case "request.method" -> header(":method");
            case "request.host" -> header(":authority");
            case "request.path" -> header(":path");
            case "request.url_path" ->
                    (record, out) -> {
                        int from = out.length();
                        if (!record.requestHeader(":path", out)) {
                            return false;
                        }
                        for (int i = from; i < out.length(); i++) {
                            if (out.bytes()[i] == '?') {
                                out.back(i);
                            }
                        }
                        return true;
                    };
            case "response.code" ->
                    (record, out) -> {
                        out.append(record.responseCode());
                        return true;
                    };
            default -> null;
        };
    }

    private static Part header(String name) {
        return (record, out) -> record.requestHeader(name, out);
    }

    private String word() {
        blanks();
        int from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (from == at) {
            throw malformed("expected: a name, or a text in quotes, at character " + at);
        }
        return text.substring(from, at);
    }

    private String string() {
        char quote = at < text.length() ? text.charAt(at) : 0;
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0 || text.substring(at, end).contains("\\")) {
            throw malformed("expected: a text in quotes, without backslashes, at character " + at);
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private void blanks() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private boolean isTaken(String wanted) {
        blanks();
        boolean isThere = text.startsWith(wanted, at);
        at += isThere ? wanted.length() : 0;
        return isThere;
    }

    private boolean isWordTaken(String wanted) {
        blanks();
        int end = at + wanted.length();
        return (end >= text.length() || !Character.isLetterOrDigit(text.charAt(end)))
                && isTaken(wanted);
    }

    private void expect(String wanted) {
        if (!isTaken(wanted)) {
            throw malformed("expected: '" + wanted + "' at character " + at);
        }
    }

    private IllegalArgumentException malformed(String what) {
        return AccessLogFormat.malformed(command, what);
    }
}
