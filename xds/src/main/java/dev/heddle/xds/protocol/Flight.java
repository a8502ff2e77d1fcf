package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A response that was sent and not yet answered.
///
/// @param version of the snapshot that it was part of
/// @param changed the resources that it was sent for
/// @param gone names that it says are no more
/// @param isAwaited whether the client sees one of them for the first time, so that others may not
///   refer to it before it was answered
record Flight(
        String nonce,
        String version,
        List<XdsResource> changed,
        List<String> gone,
        boolean isAwaited) {

    Flight {
        changed = List.copyOf(changed);
        gone = List.copyOf(gone);
    }

    /// The names of all resources in it, removed ones too.
    List<String> names() {
        return Stream.concat(gone.stream(), changed.stream().map(XdsResource::name)).toList();
    }

    /// What it brings under that name.
    Optional<XdsResource> changed(String name) {
        return changed.stream().filter(r -> r.name().equals(name)).findFirst();
    }

    /// Whether it says something about that name.
    boolean carries(String name) {
        return gone.contains(name) || changed(name).isPresent();
    }

    /// The names that a rejection's text speaks of; all of them when it speaks of none.
    List<String> namedIn(String text) {
        List<String> names = names();
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
