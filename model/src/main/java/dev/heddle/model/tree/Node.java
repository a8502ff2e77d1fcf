package dev.heddle.model.tree;

import dev.heddle.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One value of a tree: what YAML and JSON have in common. Immutable.
///
/// Trees that a program makes have no positions: [#of(String)] and its siblings, [Sequence#of] and
/// [Mapping#with].
public sealed interface Node {

    /// Where it begins in its text.
    Position position();

    /// A text.
    record Text(String value, Position position) implements Node {}

    /// A number.
    ///
    /// @param digits as JSON writes it, so that nothing is lost
    record Numeric(String digits, Position position) implements Node {}

    /// `true` or `false`.
    record Bool(boolean value, Position position) implements Node {}

    /// `null`, or nothing where a value could be.
    record Null(Position position) implements Node {}

    /// Values in order.
    record Sequence(List<Node> items, Position position) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        /// The given values.
        public static Sequence of(List<? extends Node> items) {
            return new Sequence(List.copyOf(items), Position.UNKNOWN);
        }
    }

    /// Values by key, in the order in which they are written; each key once.
    record Mapping(List<Entry> entries, Position position) implements Node {
        /// No entries.
        public static final Mapping EMPTY = new Mapping(List.of(), Position.UNKNOWN);

        public Mapping {
            entries = List.copyOf(entries);
        }

        /// The given entries.
        public static Mapping of(Map<String, ? extends Node> entries) {
            return new Mapping(
                    entries.entrySet().stream()
                            .map(e -> new Entry(e.getKey(), e.getValue(), Position.UNKNOWN))
                            .toList(),
                    Position.UNKNOWN);
        }

        /// The entry with that key.
        public Optional<Entry> entry(String key) {
            return entries.stream().filter(e -> e.key().equals(key)).findFirst();
        }

        /// The value at that key.
        public Optional<Node> get(String key) {
            return entry(key).map(Entry::value);
        }

        /// This mapping with that value at that key, in place of the one before or at the end.
        /// Copies all entries, so it is for objects of a few fields.
        public Mapping with(String key, Node value) {
            var more = new ArrayList<Entry>(entries.size() + 1);
            boolean found = false;
            for (Entry entry : entries) {
                boolean same = entry.key().equals(key);
                found |= same;
                more.add(same ? new Entry(key, value, entry.position()) : entry);
            }
            if (!found) {
                more.add(new Entry(key, value, Position.UNKNOWN));
            }
            return new Mapping(more, position);
        }

        /// As [#with(String, Node)].
        public Mapping with(String key, String value) {
            return with(key, Node.of(value));
        }

        /// As [#with(String, Node)].
        public Mapping with(String key, long value) {
            return with(key, Node.of(value));
        }

        /// As [#with(String, Node)].
        public Mapping with(String key, boolean value) {
            return with(key, Node.of(value));
        }

        /// As [#with(String, Node)].
        public Mapping with(String key, List<? extends Node> items) {
            return with(key, Sequence.of(items));
        }
    }

    /// A key and its value.
    ///
    /// @param position of the key
    record Entry(String key, Node value, Position position) {}

    /// A text that a program says.
    static Node of(String value) {
        return new Text(value, Position.UNKNOWN);
    }

    /// A whole number that a program says.
    static Node of(long value) {
        return new Numeric(Long.toString(value), Position.UNKNOWN);
    }

    /// A number that a program says.
    ///
    /// @param value finite, since JSON has no other numbers
    static Node of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value: " + value + " (expected: finite)");
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? of((long) value) : new Numeric(Double.toString(value), Position.UNKNOWN);
    }

    /// A truth value that a program says.
    static Node of(boolean value) {
        return new Bool(value, Position.UNKNOWN);
    }
}
