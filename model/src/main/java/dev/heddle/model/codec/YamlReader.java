package dev.heddle.model.codec;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads YAML, and so JSON too, into trees that know their lines.
///
/// A text is cut into documents at its `---` lines before anything is parsed (nothing inside of a
/// document can look like one, YAML 1.2.2 section 9.1.2), so that a mistake in one document leaves
/// the others readable. Scalars mean what they mean to `kubectl`, see [Scalars].
public final class YamlReader {
    /// The longest text that is read, in characters. Kubernetes' own limit for a request is 3 MiB.
    public static final int MAX_LENGTH = 8 << 20;

    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setUseMarks(true).setCodePointLimit(MAX_LENGTH).build();

    /// One document that is not empty.
    ///
    /// @param text as it was written, comments included, without the `---` line
    public record Document(Node root, String text) {}

    private YamlReader() {}

    /// The documents of a text. What cannot be read is a finding, and is left out.
    public static List<Document> read(String file, String text, Diagnostics findings) {
        if (text.length() > MAX_LENGTH) {
            findings.add(
                    DiagnosticCode.SYNTAX,
                    Origin.ofText(file, new Position(1, 1)),
                    "the text has "
                            + text.length()
                            + " characters (expected: <= "
                            + MAX_LENGTH
                            + ")",
                    "Split it into several files.");
            return List.of();
        }
        var documents = new ArrayList<Document>();
        for (Part part : split(text)) {
            parse(file, part, findings)
                    .map(root -> new Document(root, part.text().strip() + "\n"))
                    .ifPresent(documents::add);
        }
        return documents;
    }

    /// @param line of the part's first line, from 1
    private record Part(String text, int line) {
        Position start() {
            return new Position(line, 1);
        }
    }

    private static List<Part> split(String text) {
        var parts = new ArrayList<Part>();
        var current = new StringBuilder();
        int line = 0;
        int first = 1;
        for (String content : text.split("\n", -1)) {
            line++;
            if (isMarker(content, "---") || isMarker(content, "...")) {
                parts.add(new Part(current.toString(), first));
                current.setLength(0);
                // What stands behind the marker belongs to the next document, in its column.
                current.append("   ").append(content, 3, content.length()).append('\n');
                first = line;
            } else {
                current.append(content).append('\n');
            }
        }
        parts.add(new Part(current.toString(), first));
        return parts;
    }

    private static boolean isMarker(String line, String marker) {
        return line.startsWith(marker)
                && (line.length() == 3 || Character.isWhitespace(line.charAt(3)));
    }

    private static Optional<Node> parse(String file, Part part, Diagnostics findings) {
        String text = withoutDirectives(part.text());
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            var events = new Parse(SETTINGS).parseString(text).iterator();
            return new TreeBuilder(events, part.line() - 1).build();
        } catch (BrokenYaml e) {
            report(file, e.position(), e.problem(), e.hint(), findings);
        } catch (MarkedYamlEngineException e) {
            Position position = place(e, part);
            report(file, position, problem(e), "Check indentation and quotes here.", findings);
        } catch (YamlEngineException e) {
            String problem = e.getMessage() == null ? "cannot be read" : firstLine(e.getMessage());
            report(file, part.start(), problem, "", findings);
        }
        return Optional.empty();
    }

    /// `%YAML` and `%TAG` lines stand before the first `---`, and say nothing that matters here.
    private static String withoutDirectives(String text) {
        return text.startsWith("%") ? text.replaceAll("(?m)^%.*$", "#") : text;
    }

    /// Where the problem showed up; but not behind the last word of the document.
    private static Position place(MarkedYamlEngineException e, Part part) {
        int lines = (int) part.text().stripTrailing().lines().count();
        return e.getProblemMark()
                .or(e::getContextMark)
                .map(mark -> position(mark, part.line() - 1))
                .filter(position -> position.line() < part.line() + lines)
                .orElse(new Position(part.line() + Math.max(0, lines - 1), 1));
    }

    static Position position(Mark mark, int linesBefore) {
        return new Position(mark.getLine() + 1 + linesBefore, mark.getColumn() + 1);
    }

    private static String problem(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : firstLine(e.getContext()) + ": ";
        String problem = e.getProblem() == null ? "cannot be read" : firstLine(e.getProblem());
        return context + problem;
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static void report(
            String file, Position position, String problem, String hint, Diagnostics findings) {
        findings.add(
                DiagnosticCode.SYNTAX,
                Origin.ofText(file, position),
                "this is not YAML: " + problem,
                hint);
    }
}
