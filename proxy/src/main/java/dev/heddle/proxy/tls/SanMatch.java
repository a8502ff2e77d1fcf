package dev.heddle.proxy.tls;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;

/// A name that a peer's certificate may bear (`SubjectAltNameMatcher`).
///
/// @param kind which of the certificate's names are looked at
public record SanMatch(Kind kind, Text text) {

    /// Kinds of names.
    public enum Kind {
        /// `rfc822Name`.
        EMAIL,
        /// `dNSName`.
        DNS,
        /// `uniformResourceIdentifier`, as SPIFFE ids are.
        URI,
        /// `iPAddress`.
        IP_ADDRESS
    }

    /// How a name is compared.
    public sealed interface Text {
        /// The whole name.
        record Exact(String value, boolean ignoreCase) implements Text {}

        /// How it begins.
        record Prefix(String value, boolean ignoreCase) implements Text {}

        /// How it ends.
        record Suffix(String value, boolean ignoreCase) implements Text {}

        /// What is in it.
        record Contains(String value, boolean ignoreCase) implements Text {}

        /// All of it, by RE2.
        record Regex(Pattern pattern) implements Text {}
    }

    /// Whether one of a certificate's names is this one.
    boolean matches(SubjectNames names) {
        List<String> candidates =
                switch (kind) {
                    case EMAIL -> names.emails();
                    case DNS -> names.dns();
                    case URI -> names.uris();
                    case IP_ADDRESS -> names.addresses();
                };
        return candidates.stream().anyMatch(this::is);
    }

    private boolean is(String name) {
        return switch (text) {
            // A certificate for *.example.com is one for a.example.com.
            case Text.Exact(String value, _) when kind == Kind.DNS -> covers(name, value);
            case Text.Exact(String value, boolean any) ->
                    folded(name, any).equals(folded(value, any));
            case Text.Prefix(String value, boolean any) ->
                    folded(name, any).startsWith(folded(value, any));
            case Text.Suffix(String value, boolean any) ->
                    folded(name, any).endsWith(folded(value, any));
            case Text.Contains(String value, boolean any) ->
                    folded(name, any).contains(folded(value, any));
            case Text.Regex(Pattern pattern) -> pattern.matches(name);
        };
    }

    private static String folded(String text, boolean ignoreCase) {
        return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
    }

    /// Whether a certificate's DNS name covers a host: the same name, or one with `*` for the first
    /// label. RFC 6125 6.4.3 allows more, and advises against it.
    static boolean covers(String pattern, String host) {
        String name = pattern.toLowerCase(Locale.ROOT);
        String wanted = host.toLowerCase(Locale.ROOT);
        if (!name.startsWith("*.")) {
            return name.equals(wanted);
        }
        int dot = wanted.indexOf('.');
        // "*." alone, and "*.com" for "com", name nobody.
        return dot > 0 && name.length() > 2 && wanted.substring(dot).equals(name.substring(1));
    }

    /// As a log shows it.
    @Override
    public String toString() {
        return switch (text) {
            case Text.Exact(String value, _) -> kind + " " + value;
            case Text.Prefix(String value, _) -> kind + " " + value + "*";
            case Text.Suffix(String value, _) -> kind + " *" + value;
            case Text.Contains(String value, _) -> kind + " *" + value + "*";
            case Text.Regex(Pattern pattern) -> kind + " /" + pattern.pattern() + "/";
        };
    }
}
