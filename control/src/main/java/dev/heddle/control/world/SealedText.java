package dev.heddle.control.world;

import java.util.List;
import java.util.Optional;

/// Texts of lines that tell whether they are whole: the first line says what they are, the last is
/// the hash of those before, so that half a file is not taken for a whole.
public final class SealedText {
    private static final String END = "end ";

    private SealedText() {}

    /// Those lines as such a text.
    ///
    /// @param head what it is, as in `heddle-world 1`
    public static String seal(String head, List<String> lines) {
        String body = head + "\n" + (lines.isEmpty() ? "" : String.join("\n", lines) + "\n");
        return body + END + ContentHash.of(body) + "\n";
    }

    /// The lines of such a text; empty when it is anything else, or not whole.
    public static Optional<List<String>> open(String head, String text) {
        int end = text.lastIndexOf(END);
        if (end < 0 || !text.startsWith(head + "\n")) {
            return Optional.empty();
        }
        String body = text.substring(0, end);
        return text.substring(end).equals(END + ContentHash.of(body) + "\n")
                ? Optional.of(body.lines().skip(1).toList())
                : Optional.empty();
    }
}
