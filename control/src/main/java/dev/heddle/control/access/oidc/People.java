package dev.heddle.control.access.oidc;

import dev.heddle.control.access.Grant;
import dev.heddle.xds.token.Token;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a provider's tokens say about people.
///
/// @param nameClaim which claim is the account's name
/// @param groupsClaim which has the groups: texts, or one
/// @param roles of groups; who is in none of them is not let in
public record People(String nameClaim, String groupsClaim, List<GroupRole> roles) {
    public People {
        roles = List.copyOf(roles);
        if (nameClaim.isEmpty() || groupsClaim.isEmpty()) {
            throw new IllegalArgumentException("claim: '' (expected: a claim's name)");
        }
        if (roles.isEmpty()) {
            throw new IllegalArgumentException(
                    "roles: none (expected: at least one group with a role, or nobody gets in)");
        }
    }

    /// The name that somebody's account has here.
    ///
    /// @throws LoginRefused when the token has none
    String name(Token token) throws LoginRefused {
        if (claim(token, nameClaim) instanceof String name && !name.isBlank()) {
            return name.strip().toLowerCase(Locale.ROOT);
        }
        throw new LoginRefused(
                LoginRefused.Why.NAME,
                "the provider's token has no text '%s'".formatted(nameClaim),
                "Have the provider put that claim into ID tokens, ask for the scope that brings it"
                        + " (--oidc-scope), or name another claim (--oidc-name-claim)");
    }

    /// The groups that somebody is in.
    List<String> groups(Token token) {
        return switch (claim(token, groupsClaim)) {
            case String one -> List.of(one);
            case List<?> several ->
                    several.stream()
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .toList();
            case null, default -> List.of();
        };
    }

    /// What somebody in those groups may do.
    List<Grant> grants(List<String> groups) {
        return roles.stream()
                .filter(it -> groups.contains(it.group()))
                .map(GroupRole::grant)
                .distinct()
                .toList();
    }

    /// Some providers' claims are named by addresses, with dots that lead nowhere.
    private static @Nullable Object claim(Token token, String name) {
        return token.claims().containsKey(name) ? token.claims().get(name) : token.claim(name);
    }
}
