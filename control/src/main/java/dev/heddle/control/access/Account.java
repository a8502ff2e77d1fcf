package dev.heddle.control.access;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Somebody who may use the API.
///
/// @param hash of the password, as [Passwords] writes it; empty when only tokens are good
/// @param grants what it may do; nothing when there are none
/// @param outside of whom a provider of logins knows; empty for an account of this control plane
public record Account(String name, String hash, List<Grant> grants, Optional<Outside> outside) {
    /// Who may read the files of this machine's control plane; never kept.
    static final String LOCAL = "local";

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,62}");

    public Account {
        grants = List.copyOf(grants);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "user: '%s' (expected: up to 63 of a-z, 0-9, '.', '_', '@' and '-')"
                            .formatted(name));
        }
    }

    /// One of this control plane.
    public Account(String name, String hash, List<Grant> grants) {
        this(name, hash, grants, Optional.empty());
    }

    /// Whether it may do that there.
    ///
    /// @param namespace as with [Grant#allows]
    boolean may(Role role, String namespace) {
        return grants.stream().anyMatch(g -> g.allows(role, namespace));
    }

    /// The hash is for nobody to read.
    @Override
    public String toString() {
        return name + grants;
    }
}
