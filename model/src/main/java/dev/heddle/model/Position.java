package dev.heddle.model;

/// A place in a text, as editors count it.
///
/// @param line first line is 1; 0 when the place is not known
/// @param column first column is 1; 0 when the place is not known
public record Position(int line, int column) {
    /// The place of something that was not read from a text.
    public static final Position UNKNOWN = new Position(0, 0);

    public Position {
        if (line < 0 || column < 0) {
            throw new IllegalArgumentException(
                    "position: " + line + ":" + column + " (expected: >= 0)");
        }
    }

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
