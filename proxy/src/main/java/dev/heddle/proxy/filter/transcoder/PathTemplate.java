package dev.heddle.proxy.filter.transcoder;

import java.util.ArrayList;
import java.util.List;

/// A path with variables, as in `/v1/{name=shelves/*}/books:merge` (`google/api/http.proto`).
///
/// ```
///   Template = "/" Segments [ ":" Literal ]
///   Segments = Segment { "/" Segment }
///   Segment  = "*" | "**" | Literal | "{" Field { "." Field } [ "=" Segments ] "}"
/// ```
///
/// @param segments `*` for any one, `**` for any number, else one that is said
/// @param verb behind the colon; empty for none
record PathTemplate(List<String> segments, String verb, List<Variable> variables) {
    static final String ONE = "*";
    static final String ANY = "**";

    /// Which segments are the value of a field.
    ///
    /// @param field its path
    /// @param start of the segments, from 0
    /// @param end behind the last of them; negative counts from the end of the path, -1 being there
    record Variable(List<String> field, int start, int end) {
        Variable {
            field = List.copyOf(field);
        }
    }

    PathTemplate {
        segments = List.copyOf(segments);
        variables = List.copyOf(variables);
    }

    /// Reads one.
    ///
    /// @throws IllegalArgumentException when it is none, saying where
    static PathTemplate parse(String text) {
        return text.equals("/")
                ? new PathTemplate(List.of(), "", List.of())
                : new Parser(text).template();
    }

    private static final class Parser {
        private final String text;
        private final List<String> segments = new ArrayList<>();
        private final List<Variable> variables = new ArrayList<>();

        Parser(String text) {
            this.text = text;
        }

        private IllegalArgumentException refused(int at, String expected) {
            return new IllegalArgumentException(
                    "path '" + text + "', character " + at + " (expected: " + expected + ")");
        }

        private boolean isAt(int at, char c) {
            return at < text.length() && text.charAt(at) == c;
        }

        PathTemplate template() {
            if (!isAt(0, '/')) {
                throw refused(0, "a slash");
            }
            int at = segments(1, false);
            String verb = "";
            if (isAt(at, ':')) {
                int from = at + 1;
                at = literal(from);
                verb = text.substring(from, at);
            }
            if (at < text.length()) {
                throw refused(at, "its end");
            }
            int any = segments.indexOf(ANY);
            if (any >= 0
                    && segments.subList(any + 1, segments.size()).stream()
                            .anyMatch(it -> it.equals(ONE) || it.equals(ANY))) {
                throw refused(text.length(), "no wildcard behind **");
            }
            return new PathTemplate(segments, verb, counted());
        }

        /// Where `**` is in a variable, its end is counted from the end of the path.
        private List<Variable> counted() {
            return variables.stream()
                    .map(it ->
                            segments.subList(it.start(), it.end()).contains(ANY)
                                    ? new Variable(
                                            it.field(), it.start(), it.end() - segments.size() - 1)
                                    : it)
                    .toList();
        }

        private int segments(int from, boolean isInVariable) {
            int at = segment(from, isInVariable);
            while (isAt(at, '/')) {
                at = segment(at + 1, isInVariable);
            }
            return at;
        }

        private int segment(int at, boolean isInVariable) {
            if (isAt(at, '{')) {
                if (isInVariable) {
                    throw refused(at, "no variable in a variable");
                }
                return variable(at + 1);
            }
            if (isAt(at, '*')) {
                boolean isAny = isAt(at + 1, '*');
                segments.add(isAny ? ANY : ONE);
                return at + (isAny ? 2 : 1);
            }
            int end = literal(at);
            segments.add(text.substring(at, end));
            return end;
        }

        private int literal(int from) {
            int at = from;
            while (at < text.length() && "/:}".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            if (at == from) {
                throw refused(at, "a segment");
            }
            return at;
        }

        private int variable(int from) {
            var field = new ArrayList<String>();
            int at = from;
            do {
                int start = field.isEmpty() ? from : at + 1;
                at = start;
                while (at < text.length() && ".}=".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                if (at == start) {
                    throw refused(at, "the name of a field");
                }
                field.add(text.substring(start, at));
            } while (isAt(at, '.'));
            int first = segments.size();
            if (isAt(at, '=')) {
                at = segments(at + 1, true);
            } else {
                segments.add(ONE);
            }
            if (!isAt(at, '}')) {
                throw refused(at, "}");
            }
            variables.add(new Variable(field, first, segments.size()));
            return at + 1;
        }
    }
}
