package dev.heddle.proxy.config;

import com.google.re2j.Pattern;
import java.util.Locale;

/// What a text must be (`envoy.type.matcher.v3.StringMatcher`).
///
/// Regular expressions are RE2's, as Envoy's: matching takes time linear in the text, whatever the
/// pattern, and always looks at the whole text.
public sealed interface TextMatch {

    /// Whether the text is so.
    boolean test(String text);

    /// The whole of it.
    record Exact(String value) implements TextMatch {
        @Override
        public boolean test(String text) {
            return text.equals(value);
        }
    }

    /// Its beginning.
    record Prefix(String value) implements TextMatch {
        @Override
        public boolean test(String text) {
            return text.startsWith(value);
        }
    }

    /// Its end.
    record Suffix(String value) implements TextMatch {
        @Override
        public boolean test(String text) {
            return text.endsWith(value);
        }
    }

    /// Some part of it.
    record Contains(String value) implements TextMatch {
        @Override
        public boolean test(String text) {
            return text.contains(value);
        }
    }

    /// The whole of it, by a pattern.
    record Regex(Pattern pattern) implements TextMatch {
        @Override
        public boolean test(String text) {
            return pattern.matches(text);
        }
    }

    /// As another, letters of either case being the same (ASCII only, as Envoy).
    ///
    /// @param lowerCase a match for texts in lower case
    record IgnoringCase(TextMatch lowerCase) implements TextMatch {
        @Override
        public boolean test(String text) {
            return lowerCase.test(text.toLowerCase(Locale.ROOT));
        }
    }
}
