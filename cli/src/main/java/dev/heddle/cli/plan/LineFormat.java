package dev.heddle.cli.plan;

import dev.heddle.cli.plan.LogEntry.Field;
import dev.heddle.model.tree.Node;
import dev.heddle.telemetry.AccessLogReader;
import dev.heddle.telemetry.LogOperator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A format of a log's lines, turned round.
///
/// @param parts the texts of which a line consists: one for a line of text, one for each member of
///   a JSON object
record LineFormat(List<Part> parts) {
    /// What a proxy writes for what there is not.
    private static final String ABSENT = "-";

    LineFormat {
        parts = List.copyOf(parts);
    }

    /// @param path of the members where it is found; empty for the whole line
    record Part(List<String> path, AccessLogReader reader, List<Said> said) {
        Part {
            path = List.copyOf(path);
            said = List.copyOf(said);
        }

        static Part of(List<String> path, String format) {
            AccessLogReader reader = AccessLogReader.parse(format);
            return new Part(path, reader, reader.operators().stream().map(Said::by).toList());
        }
    }

    /// What came of a line.
    sealed interface Reading {
        record Entry(LogEntry entry) implements Reading {}

        /// @param why in words
        record Unreadable(String why) implements Reading {}
    }

    /// The format of lines of text.
    ///
    /// @throws IllegalArgumentException when lines cannot be read back, or say too little
    static LineFormat text(String format) {
        return new LineFormat(List.of(Part.of(List.of(), format))).checked();
    }

    /// The format of lines of JSON.
    ///
    /// @param members texts with operators, or objects with such
    /// @throws IllegalArgumentException when lines cannot be read back, or say too little
    static LineFormat json(Node.Mapping members) {
        var parts = new ArrayList<Part>();
        collect(List.of(), members, parts);
        return new LineFormat(parts).checked();
    }

    private static void collect(List<String> path, Node node, List<Part> parts) {
        switch (node) {
            case Node.Mapping mapping ->
                    mapping.entries()
                            .forEach(it -> {
                                var longer = new ArrayList<>(path);
                                longer.add(it.key());
                                collect(longer, it.value(), parts);
                            });
            case Node.Text(String format, _) when format.contains("%") ->
                    parts.add(Part.of(path, format));
            case Node.Text _, Node.Numeric _, Node.Bool _, Node.Null _, Node.Sequence _ -> {}
        }
    }

    private LineFormat checked() {
        for (Map.Entry<Field, String> needed :
                Map.of(
                                Field.METHOD,
                                "%REQ(:METHOD)%",
                                Field.PATH,
                                "%REQ(:PATH)%",
                                Field.AUTHORITY,
                                "%REQ(:AUTHORITY)%")
                        .entrySet()) {
            if (!says(needed.getKey())) {
                throw new IllegalArgumentException(
                        "the format does not say what was asked for (expected: %s in it)"
                                .formatted(needed.getValue()));
            }
        }
        return this;
    }

    /// Whether lines say that.
    boolean says(Field field) {
        return parts.stream().anyMatch(it -> it.said().contains(new Said.Of(field)));
    }

    /// The request's headers that lines tell.
    Set<String> headers() {
        var names = new LinkedHashSet<String>();
        for (Part part : parts) {
            for (Said said : part.said()) {
                if (said instanceof Said.Header(String name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /// Reads a line of text.
    Reading read(String line) {
        var read = new Read();
        return read.take(parts.getFirst(), line)
                .<Reading>map(Reading.Unreadable::new)
                .orElseGet(read::entry);
    }

    /// Reads a line of JSON. Members that the format does not have say nothing.
    Reading read(Node.Mapping line) {
        var read = new Read();
        for (Part part : parts) {
            String text = text(line, part.path());
            Optional<String> problem = text.isEmpty() ? read.absent(part) : read.take(part, text);
            if (problem.isPresent()) {
                return new Reading.Unreadable(String.join(".", part.path()) + ": " + problem.get());
            }
        }
        return read.entry();
    }

    private static String text(Node node, List<String> path) {
        Node at = node;
        for (String name : path) {
            at =
                    at instanceof Node.Mapping mapping
                            ? mapping.get(name).orElse(Node.of(""))
                            : Node.of("");
        }
        return switch (at) {
            case Node.Text(String value, _) -> value;
            case Node.Numeric(String digits, _) -> digits;
            case Node.Bool(boolean value, _) -> Boolean.toString(value);
            case Node.Null _, Node.Sequence _, Node.Mapping _ -> "";
        };
    }

    /// What was read of one line.
    private record Read(Map<Field, String> fields, Map<String, String> headers) {
        Read() {
            this(new EnumMap<>(Field.class), new HashMap<>());
        }

        /// @return why the text cannot be read
        Optional<String> take(Part part, String text) {
            return switch (part.reader().read(text)) {
                case AccessLogReader.Reading.Unreadable(String why) -> Optional.of(why);
                case AccessLogReader.Reading.Values(List<String> values) -> {
                    for (int i = 0; i < values.size(); i++) {
                        take(part.reader().operators().get(i), part.said().get(i), values.get(i));
                    }
                    yield Optional.empty();
                }
            };
        }

        /// The line has nothing there.
        Optional<String> absent(Part part) {
            for (int i = 0; i < part.said().size(); i++) {
                take(part.reader().operators().get(i), part.said().get(i), ABSENT);
            }
            return Optional.empty();
        }

        private void take(LogOperator operator, Said said, String value) {
            boolean isThere =
                    !value.isEmpty() && !value.equals(ABSENT) && !operator.mayBeCut(value);
            switch (said) {
                case Said.Of(Field field) -> fields.merge(field, isThere ? value : "", Read::first);
                case Said.Header(String name) -> {
                    if (isThere) {
                        headers.putIfAbsent(name, value);
                    }
                }
                case Said.Nothing() -> {}
            }
        }

        private static String first(String one, String other) {
            return one.isEmpty() ? other : one;
        }

        Reading entry() {
            return new Reading.Entry(new LogEntry(fields, headers));
        }
    }
}
