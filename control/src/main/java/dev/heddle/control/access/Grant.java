package dev.heddle.control.access;

import java.util.regex.Pattern;

/// A role somewhere.
///
/// @param namespace a name, or [#EVERYWHERE]
public record Grant(Role role, String namespace) {
    /// All namespaces, and what lives in none.
    public static final String EVERYWHERE = "*";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    public Grant {
        if (!namespace.equals(EVERYWHERE) && !NAME.matcher(namespace).matches()) {
            throw new IllegalArgumentException(
                    "namespace: '%s' (expected: a name of a-z, 0-9 and '-', or '*' for all)"
                            .formatted(namespace));
        }
    }

    /// Reads one as it is written: `operator:shop`; a role without a namespace is one everywhere.
    ///
    /// @throws IllegalArgumentException when it is none
    public static Grant of(String text) {
        String[] parts = text.split(":", 2);
        return new Grant(Role.of(parts[0]), parts.length == 1 ? EVERYWHERE : parts[1]);
    }

    /// Whether it is enough.
    ///
    /// @param where a namespace; empty for what lives in none, [#EVERYWHERE] for all of them
    boolean allows(Role wanted, String where) {
        return role.compareTo(wanted) >= 0
                && (namespace.equals(EVERYWHERE) || namespace.equals(where));
    }

    @Override
    public String toString() {
        return role + ":" + namespace;
    }
}
