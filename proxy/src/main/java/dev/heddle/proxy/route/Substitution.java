package dev.heddle.proxy.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/// Replaces every match of a pattern, with `\0` to `\9` for groups and `\\` for a backslash, as
/// RE2's own rewriting does.
public final class Substitution {

    private sealed interface Part {
        record Text(String text) implements Part {}

        record Group(int number) implements Part {}
    }

    private final Pattern pattern;
    private final List<Part> parts;

    public Substitution(Pattern pattern, String substitution) {
        this.pattern = pattern;
        var parts = new ArrayList<Part>();
        for (int i = 0; i < substitution.length(); i++) {
            char c = substitution.charAt(i);
            if (c == '\\' && i + 1 < substitution.length()) {
                char next = substitution.charAt(++i);
                parts.add(next == '\\' ? new Part.Text("\\") : new Part.Group(next - '0'));
            } else {
                parts.add(new Part.Text(String.valueOf(c)));
            }
        }
        this.parts = List.copyOf(parts);
    }

    /// The text with every match replaced.
    public String apply(String text) {
        Matcher matcher = pattern.matcher(text);
        var out = new StringBuilder(text.length() + 16);
        int from = 0;
        while (matcher.find()) {
            out.append(text, from, matcher.start());
            for (Part part : parts) {
                switch (part) {
                    case Part.Text(String literal) -> out.append(literal);
                    case Part.Group(int number) -> {
                        String group = matcher.group(number);
                        out.append(group == null ? "" : group);
                    }
                }
            }
            from = matcher.end();
        }
        return out.append(text, from, text.length()).toString();
    }
}
