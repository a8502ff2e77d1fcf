package dev.heddle.cli.analyze;

import dev.heddle.model.Diagnostics;
import dev.heddle.model.Position;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The text of a file that is mended where something stands, and left alone everywhere else:
/// comments, order, quotes and line ends stay as they are.
///
/// @param lines where each line begins
record SourceText(String file, String text, List<Integer> lines, List<Node> documents) {

    /// Some letters in the place of others.
    ///
    /// @param start first letter that goes
    /// @param end first letter that stays
    record Edit(int start, int end, String with) {}

    static SourceText of(String file, String text) {
        var lines = new ArrayList<Integer>();
        lines.add(0);
        for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
            lines.add(i + 1);
        }
        List<Node> documents =
                YamlReader.read(file, text, new Diagnostics()).stream()
                        .map(YamlReader.Document::root)
                        .toList();
        return new SourceText(file, text, List.copyOf(lines), documents);
    }

    /// The entry whose key stands there.
    Optional<Node.Entry> entry(Position key) {
        return documents.stream()
                .flatMap(SourceText::mappings)
                .flatMap(m -> m.entries().stream())
                .filter(e -> e.position().equals(key))
                .findFirst();
    }

    /// The mapping with the entry whose key stands there.
    Optional<Node.Mapping> around(Position key) {
        return documents.stream()
                .flatMap(SourceText::mappings)
                .filter(m -> m.entries().stream().anyMatch(e -> e.position().equals(key)))
                .findFirst();
    }

    private static Stream<Node.Mapping> mappings(Node node) {
        return switch (node) {
            case Node.Mapping mapping ->
                    Stream.concat(
                            Stream.of(mapping),
                            mapping.entries().stream().flatMap(e -> mappings(e.value())));
            case Node.Sequence(List<Node> items, _) -> items.stream().flatMap(SourceText::mappings);
            case Node.Text _, Node.Numeric _, Node.Bool _, Node.Null _ -> Stream.of();
        };
    }

    /// Another word in the place of the one that stands there, in its quotes; empty when something
    /// else stands there.
    Optional<Edit> replacing(Position at, String word, String with) {
        if (at.line() < 1 || at.line() > lines.size() || at.column() < 1) {
            return Optional.empty();
        }
        int line = lines.get(at.line() - 1);
        if (text.codePointCount(line, text.length()) < at.column()) {
            return Optional.empty();
        }
        int start = text.offsetByCodePoints(line, at.column() - 1);
        boolean isQuoted = start < text.length() && "'\"".indexOf(text.charAt(start)) >= 0;
        int first = isQuoted ? start + 1 : start;
        return text.startsWith(word, first)
                ? Optional.of(new Edit(first, first + word.length(), with))
                : Optional.empty();
    }

    /// The text with the edits; of two that overlap the first counts.
    String with(List<Edit> edits) {
        var changed = new StringBuilder(text);
        int before = text.length();
        for (Edit edit :
                edits.stream().sorted(Comparator.comparingInt(Edit::start).reversed()).toList()) {
            if (edit.end() <= before) {
                changed.replace(edit.start(), edit.end(), edit.with());
                before = edit.start();
            }
        }
        return changed.toString();
    }
}
