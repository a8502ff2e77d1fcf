package dev.heddle.xds.protocol;

import java.util.List;

/// A response that was sent and not yet answered.
///
/// @param version of the snapshot that it was part of
/// @param names of all resources in it, removed ones too
/// @param isAwaited whether the client sees one of them for the first time, so that others may not
///   refer to it before it was answered
record Flight(String nonce, String version, List<String> names, boolean isAwaited) {

    Flight {
        names = List.copyOf(names);
    }

    /// The names that a rejection's text speaks of; all of them when it speaks of none.
    List<String> namedIn(String text) {
        List<String> named = names.stream().filter(name -> occurs(name, text)).toList();
        return named.isEmpty() ? names : named;
    }

    /// Whether the name stands in the text by itself, not as a part of a longer one.
    private static boolean occurs(String name, String text) {
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
            int end = at + name.length();
            boolean begins = at == 0 || !isNamePart(text, at - 1);
            if (begins && (end == text.length() || !isNamePart(text, end))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamePart(String text, int at) {
        char c = text.charAt(at);
        if (c == '.' || c == ':') {
            return at + 1 < text.length() && Character.isLetterOrDigit(text.charAt(at + 1));
        }
        return Character.isLetterOrDigit(c) || "_-|/~*".indexOf(c) >= 0;
    }
}
