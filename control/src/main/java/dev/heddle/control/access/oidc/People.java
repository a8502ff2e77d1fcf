package dev.heddle.control.access.oidc;

import dev.heddle.control.access.Grant;
import dev.heddle.xds.token.Token;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a provider says about people.
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
    /// @throws LoginRefused when it says none
    String name(Said said) throws LoginRefused {
        if (said.claim(nameClaim) instanceof String name && !name.isBlank()) {
            return name.strip().toLowerCase(Locale.ROOT);
        }
        throw new LoginRefused(
                LoginRefused.Why.NAME,
                "the provider says no text '%s'".formatted(nameClaim),
                "Have the provider put that claim into ID tokens or tell it at its userinfo"
                        + " endpoint, ask for the scope that brings it"
                        + " (--oidc-scope), or name another claim (--oidc-name-claim)");
    }

    /// Whether it says who somebody is, and of which groups.
    boolean isWhole(Said said) {
        return said.claim(nameClaim) != null && said.claim(groupsClaim) != null;
    }

    /// The groups that somebody is in.
    List<String> groups(Said said) {
        return switch (said.claim(groupsClaim)) {
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

    /// What a provider says of somebody.
    ///
    /// @param token its ID token
    /// @param info what it says where it was asked (OpenID Connect Core, 5.3); empty where it was
    ///   not
    record Said(Token token, Map<String, @Nullable Object> info) {

        /// What the token says, else what was said besides; null for nothing. Some providers'
        /// claims are named by addresses, with dots that lead nowhere.
        @Nullable Object claim(String name) {
            if (token.claims().containsKey(name)) {
                return token.claims().get(name);
            }
            Object said = token.claim(name);
            if (said != null) {
                return said;
            }
            if (info.containsKey(name)) {
                return info.get(name);
            }
            Object found = info;
            for (String part : name.split("\\.", -1)) {
                found = found instanceof Map<?, ?> within ? within.get(part) : null;
            }
            return found;
        }
    }
}
