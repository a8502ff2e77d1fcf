package dev.heddle.control.access;

import java.util.List;

/// Whoever makes a call.
///
/// @param token the id of the token that proved it
/// @param from the other end's address
public record Caller(Account account, String token, String from) {

    /// The account's name.
    public String name() {
        return account.name();
    }

    /// Whether the caller may do that there.
    ///
    /// @param namespace empty for what lives in none, [Grant#EVERYWHERE] for all of them
    public boolean may(Role role, String namespace) {
        return account.may(role, namespace);
    }

    /// Whether the caller may do that in one namespace at least.
    public boolean maySomewhere(Role role) {
        return account.grants().stream().anyMatch(g -> g.allows(role, g.namespace()));
    }

    /// Whether the caller may see what is in that namespace.
    public boolean sees(String namespace) {
        return may(Role.VIEWER, namespace);
    }

    /// Whether the caller may give those roles, and take them.
    public boolean mayGive(List<Grant> grants) {
        return maySomewhere(Role.ADMIN)
                && grants.stream().allMatch(g -> may(Role.ADMIN, g.namespace()));
    }
}
