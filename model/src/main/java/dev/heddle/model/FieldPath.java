package dev.heddle.model;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/// The address of a field inside a resource, printed as users know it: `spec.http[0].route`.
///
/// @param segments from the root down; empty for the resource itself
public record FieldPath(List<Segment> segments) {
    /// The resource itself.
    public static final FieldPath ROOT = new FieldPath(List.of());

    /// One step down: into a mapping by its key, or into a sequence by its position.
    public sealed interface Segment {
        /// @param name key of a mapping
        record Field(String name) implements Segment {}

        /// @param index position in a sequence, from 0
        record Index(int index) implements Segment {}
    }

    public FieldPath {
        segments = List.copyOf(segments);
    }

    /// The path of the given keys, from the root.
    public static FieldPath of(String... names) {
        FieldPath path = ROOT;
        for (String name : names) {
            path = path.field(name);
        }
        return path;
    }

    /// This path, one key deeper.
    public FieldPath field(String name) {
        return plus(new Segment.Field(name));
    }

    /// This path, one element deeper.
    ///
    /// @param index from 0
    public FieldPath index(int index) {
        return plus(new Segment.Index(index));
    }

    private FieldPath plus(Segment segment) {
        var longer = new ArrayList<Segment>(segments.size() + 1);
        longer.addAll(segments);
        longer.add(segment);
        return new FieldPath(longer);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Segment segment : segments) {
            switch (segment) {
                case Segment.Field(String name) -> {
                    boolean plain = name.chars().allMatch(FieldPath::isPlain);
                    if (plain) {
                        text.append(text.isEmpty() ? "" : ".").append(name);
                    } else {
                        text.append(new StringJoiner("", "[\"", "\"]").add(name));
                    }
                }
                case Segment.Index(int index) -> text.append('[').append(index).append(']');
            }
        }
        return text.toString();
    }

    private static boolean isPlain(int c) {
        return c == '-' || c == '_' || c == '/' || Character.isLetterOrDigit(c);
    }
}
