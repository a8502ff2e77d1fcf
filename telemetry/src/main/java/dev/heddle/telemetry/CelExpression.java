package dev.heddle.telemetry;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An expression about a request, as filters of access logs and tags of metrics have them: the part
/// of CEL that such expressions need, over Envoy's attributes. Immutable, and so for all threads.
///
/// It is parsed once, and refused then if it asks for something that is not there: what is unknown
/// is named with its column. Evaluating one never throws; what cannot be computed is a [CelError],
/// which `&&` and `||` leave out where the other side decides.
///
/// Two are equal when their texts are.
public final class CelExpression {
    /// Longer ones are nobody's.
    private static final int LONGEST = 16_384;

    private final String text;
    private final CelNode root;
    private final Set<String> attributes;

    private CelExpression(String text, CelNode root, Set<String> attributes) {
        this.text = text;
        this.root = root;
        this.attributes = Set.copyOf(attributes);
    }

    /// Parses an expression.
    ///
    /// @throws CelSyntaxException if it is none, or has what is not known here
    public static CelExpression compile(String text) {
        if (text.length() > LONGEST) {
            throw new CelSyntaxException(
                    text.substring(0, 40) + "…",
                    LONGEST,
                    "too long (expected: " + LONGEST + " characters at most)");
        }
        var parser = new CelParser(text);
        CelNode root = parser.parse();
        return new CelExpression(text, root, parser.attributes());
    }

    /// What it asks of a request, as in `request.path`.
    public Set<String> attributes() {
        return attributes;
    }

    /// What it is for a request: [Boolean], [Long], [Double], [String], [java.time.Duration],
    /// [java.time.Instant], a [java.util.Map], a [java.util.List], null, or a [CelError].
    public @Nullable Object evaluate(AccessLogRecord record) {
        return root.evaluate(record);
    }

    /// Whether it is true of a request; an error is not.
    public boolean isTrue(AccessLogRecord record) {
        return Boolean.TRUE.equals(root.evaluate(record));
    }

    /// What it is for a request, in words; null for an error and for null.
    public @Nullable String print(AccessLogRecord record) {
        return CelValues.print(root.evaluate(record));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CelExpression that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// The text that was parsed.
    @Override
    public String toString() {
        return text;
    }
}
