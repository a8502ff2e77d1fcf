package dev.heddle.compiler.select;

import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.OpenIdProvider;
import dev.heddle.model.policy.SecurityPolicy.OidcProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What providers of OpenID Connect say of themselves, as far as they have been asked. Immutable.
public final class OpenIdProviders {
    private final Map<String, OpenIdProvider> byIssuer;

    private OpenIdProviders(Map<String, OpenIdProvider> byIssuer) {
        this.byIssuer = Map.copyOf(byIssuer);
    }

    /// The OpenIDProviders of a world. Of two for one issuer the oldest counts.
    static OpenIdProviders of(Resources resources) {
        var byIssuer = new HashMap<String, OpenIdProvider>();
        resources.all(Kinds.OPEN_ID_PROVIDER).stream()
                .sorted(Age.<OpenIdProvider>oldestFirst())
                .map(Resource::spec)
                .forEach(provider -> byIssuer.putIfAbsent(provider.issuer(), provider));
        return new OpenIdProviders(byIssuer);
    }

    /// A provider with all that must be known of it; empty as long as it is not. What a policy says
    /// counts before what the provider does.
    public Optional<OpenIdProvider> of(OidcProvider said) {
        if (!said.isDiscovered()) {
            return Optional.of(
                    new OpenIdProvider(
                            said.issuer(),
                            said.authorizationEndpoint(),
                            said.tokenEndpoint(),
                            said.endSessionEndpoint()));
        }
        return Optional.ofNullable(byIssuer.get(said.issuer()))
                .map(found ->
                        new OpenIdProvider(
                                said.issuer(),
                                first(said.authorizationEndpoint(), found.authorizationEndpoint()),
                                first(said.tokenEndpoint(), found.tokenEndpoint()),
                                first(said.endSessionEndpoint(), found.endSessionEndpoint())));
    }

    private static String first(String one, String other) {
        return one.isEmpty() ? other : one;
    }
}
