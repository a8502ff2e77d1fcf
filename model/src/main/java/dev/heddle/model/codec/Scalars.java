package dev.heddle.model.codec;

import dev.heddle.model.Position;
import dev.heddle.model.tree.Node;
import java.math.BigInteger;
import java.util.regex.Pattern;

/// What an unquoted word of YAML means: YAML 1.2's core schema, and `0755` in octal, as `kubectl`
/// has it.
final class Scalars {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,40}");
    private static final Pattern OCTAL = Pattern.compile("0o?[0-7]{1,20}");
    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]{1,16}");
    private static final Pattern FRACTION =
            Pattern.compile("[+-]?(\\.\\d{1,40}|\\d{1,40}(\\.\\d{0,40})?)([eE][+-]?\\d{1,3})?");

    private Scalars() {}

    /// The value of an unquoted word.
    static Node plain(String word, Position position) {
        return switch (word) {
            case "", "~", "null", "Null", "NULL" -> new Node.Null(position);
            case "true", "True", "TRUE" -> new Node.Bool(true, position);
            case "false", "False", "FALSE" -> new Node.Bool(false, position);
            default -> number(word, position);
        };
    }

    /// Whether a text has to be quoted, because the bare word would mean something else.
    static boolean meansSomethingElse(String text) {
        return !(plain(text, Position.UNKNOWN) instanceof Node.Text);
    }

    private static Node number(String word, Position position) {
        char first = word.charAt(0);
        boolean canBe = first == '+' || first == '-' || first == '.' || Character.isDigit(first);
        if (!canBe) {
            return new Node.Text(word, position);
        }
        if (word.length() > 1 && OCTAL.matcher(word).matches()) {
            String digits = word.startsWith("0o") ? word.substring(2) : word;
            return new Node.Numeric(new BigInteger(digits, 8).toString(), position);
        }
        if (HEX.matcher(word).matches()) {
            return new Node.Numeric(new BigInteger(word.substring(2), 16).toString(), position);
        }
        if (INTEGER.matcher(word).matches()) {
            String digits = word.startsWith("+") ? word.substring(1) : word;
            return new Node.Numeric(new BigInteger(digits).toString(), position);
        }
        if (FRACTION.matcher(word).matches()) {
            return new Node.Numeric(fraction(word), position);
        }
        return new Node.Text(word, position);
    }

    /// As JSON writes it: no plus, no leading zeros, digits on both sides of the point.
    private static String fraction(String word) {
        String digits = word.startsWith("+") ? word.substring(1) : word;
        String sign = digits.startsWith("-") ? "-" : "";
        digits = digits.substring(sign.length()).replaceFirst("^0+(?=\\d)", "");
        digits = digits.startsWith(".") ? "0" + digits : digits;
        return sign + digits.replaceFirst("\\.(?=$|[eE])", ".0");
    }
}
