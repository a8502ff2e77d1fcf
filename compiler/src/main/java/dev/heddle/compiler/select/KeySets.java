package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.RequestAuthentication.JwtRule;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.KeySet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The keys that were fetched from where their issuers have them, as far as they have come.
/// Immutable.
public final class KeySets {
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final Map<String, String> byUri;

    private KeySets(Map<String, String> byUri) {
        this.byUri = Map.copyOf(byUri);
    }

    /// The KeySets of a world. Of two for one place the oldest counts.
    static KeySets of(Resources resources) {
        var byUri = new HashMap<String, String>();
        resources.all(Kinds.KEY_SET).stream()
                .sorted(Age.<KeySet>oldestFirst())
                .map(Resource::spec)
                .forEach(keys -> byUri.putIfAbsent(keys.uri(), keys.jwks()));
        return new KeySets(byUri);
    }

    /// Whether a rule says whose tokens it is about: an issuer's, or anybody's that are signed with
    /// the keys of a place.
    public static boolean isSaid(JwtRule rule) {
        return !rule.issuer().isEmpty() || !rule.jwksUri().isEmpty();
    }

    /// The keys of a rule's issuer; empty as long as they are not known.
    public Optional<String> of(JwtRule rule) {
        return rule.jwks().isEmpty()
                ? Optional.ofNullable(byUri.get(uri(rule)))
                : Optional.of(rule.jwks());
    }

    /// Where the keys of a rule's issuer are: where the rule says, else where the issuer itself
    /// says it (OpenID Connect Discovery).
    public static String uri(JwtRule rule) {
        if (!rule.jwksUri().isEmpty()) {
            return rule.jwksUri();
        }
        String issuer = rule.issuer();
        return (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer)
                + DISCOVERY;
    }
}
