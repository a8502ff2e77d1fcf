package dev.heddle.compiler.change;

import dev.heddle.model.Origin;
import java.util.List;

/// What one configuration says of one aspect of a request.
///
/// @param lines in words, the same for all that is the same; none for nothing
/// @param origin the line of configuration that says so
public record Facet(List<String> lines, Origin origin) {
    /// Nothing is said.
    public static final Facet NONE = new Facet(List.of(), Origin.BUILT_IN);

    public Facet {
        lines = List.copyOf(lines);
    }

    /// One line.
    static Facet of(String line, Origin origin) {
        return new Facet(List.of(line), origin);
    }

    /// The lines that the other has not.
    Facet without(Facet other) {
        return new Facet(
                lines.stream().filter(line -> !other.lines.contains(line)).toList(), origin);
    }

    boolean saysTheSame(Facet other) {
        return lines.equals(other.lines);
    }
}
