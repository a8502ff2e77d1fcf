package dev.heddle.control.keys;

import dev.heddle.model.policy.OpenIdProvider;
import dev.heddle.xds.token.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that policies name and somebody else has.
sealed interface Sought {
    /// In no order that means anything.
    Comparator<Sought> ORDER = Comparator.comparing(Sought::place).thenComparing(it -> it.kind());

    /// Where it is asked for.
    String place();

    /// Kind of the resource that is made of it.
    String kind();

    /// The resource's spec.
    ///
    /// @param found as [KeyFetch] gives it
    Map<String, @Nullable Object> spec(String found);

    /// Name of the resource.
    default String name() {
        return "fetched-"
                + UUID.nameUUIDFromBytes(
                        (this instanceof Keys ? place() : kind() + " " + place())
                                .getBytes(StandardCharsets.UTF_8));
    }

    /// The keys of somebody who signs tokens.
    record Keys(String place) implements Sought {
        @Override
        public String kind() {
            return "KeySet";
        }

        @Override
        public Map<String, @Nullable Object> spec(String found) {
            return Map.of("uri", place, "jwks", found);
        }
    }

    /// What a provider of OpenID Connect says of itself.
    record Provider(String issuer) implements Sought {
        @Override
        public String place() {
            return (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer)
                    + KeyFetch.DISCOVERY;
        }

        @Override
        public String kind() {
            return "OpenIDProvider";
        }

        @Override
        public Map<String, @Nullable Object> spec(String found) {
            return JsonText.object(found).orElseThrow();
        }

        /// What would have been found, of a resource that was made of it.
        static String found(OpenIdProvider provider) {
            return KeyFetch.provider(
                    provider.issuer(),
                    provider.authorizationEndpoint(),
                    provider.tokenEndpoint(),
                    provider.endSessionEndpoint());
        }
    }
}
