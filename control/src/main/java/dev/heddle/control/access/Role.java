package dev.heddle.control.access;

import java.util.Locale;

/// What somebody may do in a namespace. Each may do what those before it may.
public enum Role {
    /// Reads.
    VIEWER,
    /// Changes resources.
    OPERATOR,
    /// Says who else may, and reads who did.
    ADMIN;

    /// The role of that name, as in `viewer`.
    ///
    /// @throws IllegalArgumentException when there is none
    static Role of(String word) {
        for (Role role : values()) {
            if (role.toString().equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "role: '%s' (expected: viewer, operator or admin)".formatted(word));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
