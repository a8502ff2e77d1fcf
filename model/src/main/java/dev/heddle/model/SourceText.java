package dev.heddle.model;

/// The text that a resource was read from, as far as somebody who explains needs it.
public interface SourceText {
    /// A resource that was made by a program, not read from a text.
    SourceText NONE = new Synthetic("");

    /// Path or name of the source; empty when there is none.
    String file();

    /// Where the field stands, or its nearest parent that is there.
    Position position(FieldPath path);

    /// The document as a user wrote it, comments included; empty when there is none.
    String text();

    /// @param file what to call the program's output
    record Synthetic(String file) implements SourceText {
        @Override
        public Position position(FieldPath path) {
            return Position.UNKNOWN;
        }

        @Override
        public String text() {
            return "";
        }
    }
}
