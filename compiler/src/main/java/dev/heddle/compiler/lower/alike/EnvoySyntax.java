package dev.heddle.compiler.lower.alike;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.model.match.RegexProgram;
import java.util.Optional;

/// What Envoy would refuse, together with the whole resource that it stands in. Checked before, so
/// that only the value itself is left out.
public final class EnvoySyntax {
    /// RFC 9110, section 5.6.2.
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /// Text, `%%`, or a command operator as in `%REQ(:path)?x:12%`.
    private static final Pattern FORMAT =
            Pattern.compile("([^%\\x00\\r\\n]|%%|%[A-Z_0-9]+(\\([^)]*\\))?(:[0-9]+)?%)*");

    private static final String SPECIAL = "\\.+*?()|[]{}^$";

    private EnvoySyntax() {}

    /// A regular expression in RE2's syntax that only this text matches.
    public static String quoted(String text) {
        var quoted = new StringBuilder();
        text.chars()
                .forEach(c -> {
                    if (SPECIAL.indexOf(c) >= 0) {
                        quoted.append('\\');
                    }
                    quoted.append((char) c);
                });
        return quoted.toString();
    }

    /// What is wrong with a regular expression in RE2's syntax; empty when nothing is.
    public static Optional<String> problemOfRegex(String regex) {
        try {
            long size = RegexProgram.size(Pattern.compile(regex));
            return size > RegexProgram.MOST
                    ? Optional.of(
                            "its program may have %d instructions (expected: at most %d)"
                                    .formatted(size, RegexProgram.MOST))
                    : Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of(e.getDescription() + ": `" + e.getPattern() + "`");
        }
    }

    /// Whether it can be the name of a header.
    public static boolean isHeaderName(String name) {
        return TOKEN.matches(name);
    }

    /// Whether it can be the value of a header that is written, in Envoy's format: a `%` begins a
    /// command operator or stands for itself when doubled.
    public static boolean isHeaderFormat(String value) {
        return FORMAT.matches(value);
    }
}
