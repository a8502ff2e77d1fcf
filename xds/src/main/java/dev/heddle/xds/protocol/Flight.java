package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A response that was sent and not yet answered.
///
/// @param version of the snapshot that it was part of
/// @param byName the resources that it was sent for
/// @param gone names that it says are no more
/// @param isAwaited whether the client sees one of them for the first time, so that others may not
///   refer to it before it was answered
record Flight(
        String nonce,
        String version,
        Map<String, XdsResource> byName,
        Set<String> gone,
        boolean isAwaited) {

    Flight {
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
        gone = Collections.unmodifiableSet(new LinkedHashSet<>(gone));
    }

    /// A response of those resources, each of a name of its own.
    static Flight of(
            String nonce,
            String version,
            List<XdsResource> changed,
            List<String> gone,
            boolean isAwaited) {
        var byName = new LinkedHashMap<String, XdsResource>();
        changed.forEach(resource -> byName.put(resource.name(), resource));
        return new Flight(nonce, version, byName, new LinkedHashSet<>(gone), isAwaited);
    }

    /// The resources in it.
    Collection<XdsResource> changed() {
        return byName.values();
    }

    /// The names of all resources in it, removed ones too.
    List<String> names() {
        return Stream.concat(gone.stream(), byName.keySet().stream()).toList();
    }

    /// What it brings under that name.
    Optional<XdsResource> changed(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// Whether it says something about that name.
    boolean carries(String name) {
        return gone.contains(name) || byName.containsKey(name);
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
