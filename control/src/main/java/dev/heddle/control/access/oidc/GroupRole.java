package dev.heddle.control.access.oidc;

import dev.heddle.control.access.Grant;

/// What a group of the provider may do here.
public record GroupRole(String group, Grant grant) {

    /// Reads one as it is written: `mesh-team=operator:shop`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static GroupRole of(String text) {
        int at = text.lastIndexOf('=');
        if (at < 1) {
            throw new IllegalArgumentException(
                    "'%s' (expected: GROUP=ROLE or GROUP=ROLE:NAMESPACE)".formatted(text));
        }
        return new GroupRole(text.substring(0, at), Grant.of(text.substring(at + 1)));
    }
}
