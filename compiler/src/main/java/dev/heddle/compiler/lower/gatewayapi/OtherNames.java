package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.Confined;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// All names of headers but a few, for a list that has no exceptions.
///
/// RE2 knows no negation, so that each expression follows the characters of the exceptions until
/// something else comes. Envoy takes an expression whose program has up to 100 instructions, unless
/// it is told otherwise; where one would be longer, another one goes on.
@Confined("one call")
final class OtherNames {
    /// Each character takes about seven instructions.
    private static final int MOST_CHARACTERS = 10;

    private final Deque<Rest> left = new ArrayDeque<>();
    private int characters;

    private OtherNames() {}

    /// What exceptions go on with behind the same beginning.
    private record Rest(String behind, Set<String> ends) {}

    /// Names that are none of those, and begin with no colon.
    ///
    /// @param names in lower case
    static List<Text> than(Set<String> names) {
        var all = new TreeSet<>(names);
        all.add(":");
        var others = new OtherNames();
        others.left.add(new Rest("", all));
        var texts = new ArrayList<Text>();
        while (!others.left.isEmpty()) {
            Rest next = others.left.remove();
            others.characters = 0;
            texts.add(new Text.Regex(EnvoySyntax.quoted(next.behind()) + others.expression(next)));
        }
        return texts;
    }

    private String expression(Rest rest) {
        SortedMap<Character, Set<String>> byFirst = new TreeMap<>();
        for (String end : rest.ends()) {
            if (!end.isEmpty()) {
                byFirst.computeIfAbsent(end.charAt(0), _ -> new TreeSet<>()).add(end.substring(1));
            }
        }
        boolean isOne = rest.ends().contains("");
        if (byFirst.isEmpty()) {
            return ".+";
        }
        var ways = new ArrayList<String>();
        byFirst.forEach((c, ends) -> {
            var next = new Rest(rest.behind() + c, ends);
            if (c == ':') {
                return;
            }
            characters++;
            if (characters > MOST_CHARACTERS) {
                left.add(next);
            } else {
                ways.add(c + expression(next));
            }
        });
        String others =
                byFirst.keySet().stream()
                        .map(c -> c == '-' ? "\\-" : c.toString())
                        .collect(Collectors.joining("", "[^", "].*"));
        ways.add(others);
        return ways.stream().collect(Collectors.joining("|", "(?:", isOne ? ")" : ")?"));
    }
}
