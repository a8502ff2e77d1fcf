package dev.heddle.telemetry;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.telemetry.CelLexer.Kind;
import dev.heddle.telemetry.CelLexer.Token;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads an expression by recursive descent, operators by their rank: `?:`, `||`, `&&`, relations
/// and `in`, `+ -`, `* / %`, `! -`, `. [] ()`.
@Confined("whoever made it")
final class CelParser {
    /// Deeper ones are nobody's, and the stack has an end.
    private static final int DEEPEST = 64;

    /// Instructions of a regular expression's program.
    private static final long LARGEST = 100_000;

    private static final java.util.regex.Pattern COUNTED =
            java.util.regex.Pattern.compile("\\{([0-9]{1,6})(?:,([0-9]{1,6}))?");

    private static final Map<String, CelNode.Operation> RELATIONS =
            Map.of(
                    "==",
                    (a, b) -> CelNode.same(a, b),
                    "!=",
                    (a, b) -> !CelNode.same(a, b),
                    "<",
                    (a, b) -> order(a, b, Order.LESS),
                    "<=",
                    (a, b) -> order(a, b, Order.AT_MOST),
                    ">",
                    (a, b) -> order(b, a, Order.LESS),
                    ">=",
                    (a, b) -> order(b, a, Order.AT_MOST),
                    "in",
                    CelValues::in);

    private static final Map<String, CelNode.Operation> SUMS =
            Map.of(
                    "+", CelValues::plus,
                    "-", CelValues::minus,
                    "*", CelValues::times,
                    "/", CelValues::over,
                    "%", CelValues::modulo);

    private static final Map<String, CelNode.Conversion> FUNCTIONS =
            Map.of(
                    "size", CelValues::size,
                    "string", CelValues::text,
                    "int", CelValues::toInt,
                    "double", CelValues::toDouble,
                    "duration", CelValues::duration,
                    "timestamp", CelValues::timestamp);

    private static final String KNOWN =
            "has, size, string, int, double, duration, timestamp, and of texts startsWith,"
                    + " endsWith, contains, matches";

    private final Set<String> attributes = new HashSet<>();
    private final CelLexer lexer;
    private int depth;

    CelParser(String text) {
        this.lexer = new CelLexer(text);
    }

    private enum Order {
        LESS,
        AT_MOST
    }

    private static Object order(@Nullable Object a, @Nullable Object b, Order wanted) {
        return CelNode.compare(a, b) instanceof Integer order
                ? wanted == Order.LESS ? order < 0 : order <= 0
                : CelError.NO_SUCH_OVERLOAD;
    }

    CelNode parse() {
        CelNode whole = choice();
        Token rest = lexer.peek();
        if (rest.kind() != Kind.END) {
            throw lexer.error(rest, "'" + rest.text() + "' (expected: an operator, or the end)");
        }
        return whole;
    }

    private CelNode choice() {
        depth++;
        if (depth > DEEPEST) {
            throw lexer.error(lexer.peek(), "nested deeper than " + DEEPEST);
        }
        CelNode question = or();
        if (lexer.takes("?")) {
            CelNode yes = or();
            lexer.expect(":");
            question = new CelNode.Choice(question, yes, choice());
        }
        depth--;
        return question;
    }

    private CelNode or() {
        CelNode left = and();
        while (lexer.takes("||")) {
            left = new CelNode.Or(left, and());
        }
        return left;
    }

    private CelNode and() {
        CelNode left = relation();
        while (lexer.takes("&&")) {
            left = new CelNode.And(left, relation());
        }
        return left;
    }

    private CelNode relation() {
        CelNode left = sum();
        while (RELATIONS.containsKey(lexer.peek().text()) && lexer.peek().kind() != Kind.TEXT) {
            CelNode.Operation operation =
                    Objects.requireNonNull(RELATIONS.get(lexer.next().text()));
            left = new CelNode.Binary(operation, left, sum());
        }
        return left;
    }

    private CelNode sum() {
        CelNode left = product();
        while (lexer.peek().is("+") || lexer.peek().is("-")) {
            CelNode.Operation operation = Objects.requireNonNull(SUMS.get(lexer.next().text()));
            left = new CelNode.Binary(operation, left, product());
        }
        return left;
    }

    private CelNode product() {
        CelNode left = unary();
        while (lexer.peek().is("*") || lexer.peek().is("/") || lexer.peek().is("%")) {
            CelNode.Operation operation = Objects.requireNonNull(SUMS.get(lexer.next().text()));
            left = new CelNode.Binary(operation, left, unary());
        }
        return left;
    }

    private CelNode unary() {
        depth++;
        if (depth > DEEPEST) {
            throw lexer.error(lexer.peek(), "nested deeper than " + DEEPEST);
        }
        CelNode node;
        if (lexer.takes("!")) {
            node = new CelNode.Not(unary());
        } else if (lexer.takes("-")) {
            node = new CelNode.Minus(unary());
        } else {
            node = member(primary());
        }
        depth--;
        return node;
    }

    private CelNode member(CelNode first) {
        CelNode node = first;
        while (true) {
            if (lexer.takes(".")) {
                Token name = lexer.name();
                node =
                        lexer.takes("(")
                                ? method(node, name)
                                : index(node, new CelNode.Constant(name.text()));
            } else if (lexer.takes("[")) {
                CelNode key = choice();
                lexer.expect("]");
                node = index(node, key);
            } else {
                return node;
            }
        }
    }

    /// A header that is asked for by a constant needs no map.
    private static CelNode index(CelNode of, CelNode key) {
        return of instanceof CelAttributes.Headers(var which)
                        && key instanceof CelNode.Constant(String name)
                ? new CelAttributes.Header(which, name.toLowerCase(Locale.ROOT))
                : new CelNode.Index(of, key);
    }

    private CelNode method(CelNode of, Token name) {
        List<CelNode> arguments = arguments();
        CelNode node =
                switch (name.text()) {
                    case "startsWith" -> text(name, of, arguments, String::startsWith);
                    case "endsWith" -> text(name, of, arguments, String::endsWith);
                    case "contains" -> text(name, of, arguments, String::contains);
                    case "matches" -> matches(name, of, arguments);
                    case "size" -> {
                        takes(name, arguments, 0);
                        yield size(name, of);
                    }
                    default -> throw unknown(name);
                };
        return node;
    }

    private interface TextTest {
        boolean test(String text, String other);
    }

    private CelNode text(Token name, CelNode of, List<CelNode> arguments, TextTest test) {
        takes(name, arguments, 1);
        return new CelNode.Binary(
                (a, b) ->
                        a instanceof String text && b instanceof String other
                                ? (Object) test.test(text, other)
                                : CelError.NO_SUCH_OVERLOAD,
                of,
                arguments.getFirst());
    }

    /// The expression is read once; one that a request says is not read at all.
    private CelNode matches(Token name, CelNode of, List<CelNode> arguments) {
        takes(name, arguments, 1);
        if (!(arguments.getFirst() instanceof CelNode.Constant(String regex))) {
            throw lexer.error(name, "'matches' of what is no constant (expected: a text)");
        }
        long size = size(regex);
        if (size > LARGEST) {
            throw lexer.error(
                    name,
                    "'matches' may need "
                            + size
                            + " instructions (expected: at most "
                            + LARGEST
                            + ")");
        }
        try {
            Pattern pattern = Pattern.compile(regex);
            return new CelNode.Call(
                    value ->
                            value instanceof String text
                                    ? (Object) pattern.matcher(text).find()
                                    : CelError.NO_SUCH_OVERLOAD,
                    of);
        } catch (PatternSyntaxException e) {
            throw lexer.error(name, "'" + regex + "': " + e.getMessage());
        }
    }

    /// At least as many instructions as the expression's program has: repetitions that are counted,
    /// `{1000}`, are written out in it, and one in another multiplies.
    private static long size(String regex) {
        long size = regex.length();
        java.util.regex.Matcher counted = COUNTED.matcher(regex);
        while (counted.find() && size <= LARGEST) {
            String most = counted.group(2) == null ? counted.group(1) : counted.group(2);
            size *= Math.max(1, Long.parseLong(most));
        }
        return size;
    }

    private CelNode size(Token name, CelNode of) {
        if (of instanceof CelAttributes.Metadata) {
            throw lexer.error(name, "the size of metadata (expected: of what somebody says there)");
        }
        return new CelNode.Call(CelValues::size, of);
    }

    private void takes(Token name, List<CelNode> arguments, int count) {
        if (arguments.size() != count) {
            throw lexer.error(
                    name,
                    "'" + name.text() + "' of " + arguments.size() + " (expected: " + count + ")");
        }
    }

    private CelSyntaxException unknown(Token name) {
        return lexer.error(
                name, "function '" + name.text() + "' is not known here (expected: " + KNOWN + ")");
    }

    /// Behind an opening parenthesis.
    private List<CelNode> arguments() {
        return list(")");
    }

    private List<CelNode> list(String end) {
        var all = new ArrayList<CelNode>();
        if (lexer.takes(end)) {
            return all;
        }
        do {
            all.add(choice());
        } while (lexer.takes(","));
        lexer.expect(end);
        return all;
    }

    private CelNode primary() {
        Token token = lexer.next();
        return switch (token.kind()) {
            case INT, DOUBLE, TEXT -> new CelNode.Constant(token.value());
            case NAME -> name(token);
            case SYMBOL ->
                    switch (token.text()) {
                        case "(" -> {
                            CelNode inside = choice();
                            lexer.expect(")");
                            yield inside;
                        }
                        case "[" -> new CelNode.Items(list("]"));
                        case "{" ->
                                throw lexer.error(token, "a map of one's own is not known here");
                        default ->
                                throw lexer.error(
                                        token, "'" + token.text() + "' (expected: a value)");
                    };
            case END -> throw lexer.error(token, "ends (expected: a value)");
        };
    }

    private CelNode name(Token token) {
        switch (token.text()) {
            case "true" -> {
                return new CelNode.Constant(true);
            }
            case "false" -> {
                return new CelNode.Constant(false);
            }
            case "null" -> {
                return new CelNode.Constant(null);
            }
            default -> {
                // A function or an attribute.
            }
        }
        if (lexer.takes("(")) {
            return function(token);
        }
        if (CelAttributes.ROOTS.contains(token.text())) {
            return attribute(token);
        }
        throw lexer.error(
                token,
                "'"
                        + token.text()
                        + "' is not known here (expected: an attribute of request, response,"
                        + " connection, upstream, source, destination, xds or metadata)");
    }

    /// The names of the attributes that were read.
    Set<String> attributes() {
        return attributes;
    }

    private CelNode function(Token name) {
        List<CelNode> arguments = arguments();
        if (name.text().equals("has")) {
            takes(name, arguments, 1);
            return new CelNode.Has(arguments.getFirst());
        }
        CelNode.Conversion conversion = FUNCTIONS.get(name.text());
        if (conversion == null) {
            throw unknown(name);
        }
        takes(name, arguments, 1);
        CelNode of = arguments.getFirst();
        if (name.text().equals("size")) {
            return size(name, of);
        }
        if (of instanceof CelNode.Constant(Object value)) {
            Object constant = conversion.of(value);
            if (constant instanceof CelError) {
                throw lexer.error(name, "'" + name.text() + "' of '" + value + "' has no value");
            }
            return new CelNode.Constant(constant);
        }
        return new CelNode.Call(conversion, of);
    }

    /// The longest name counts: `xds.route_metadata.filter_metadata`.
    private CelNode attribute(Token root) {
        String name = root.text();
        while (true) {
            Token part = root;
            if (lexer.takes(".")) {
                part = lexer.name();
                name += "." + part.text();
            } else if (lexer.takes("[")) {
                part = lexer.next();
                if (part.kind() != Kind.TEXT) {
                    throw lexer.error(part, "'" + part.text() + "' (expected: a name in quotes)");
                }
                name += "." + part.value();
                lexer.expect("]");
            } else {
                throw lexer.error(
                        root,
                        "'" + name + "' as a whole (expected: " + CelAttributes.like(name) + ")");
            }
            CelNode found = CelAttributes.of(name);
            if (found != null) {
                attributes.add(name);
                return found;
            }
            if (CelAttributes.like(name).isEmpty()) {
                throw lexer.error(
                        part,
                        "'"
                                + name
                                + "' is not known here (expected: "
                                + CelAttributes.like(root.text())
                                + ")");
            }
        }
    }
}
