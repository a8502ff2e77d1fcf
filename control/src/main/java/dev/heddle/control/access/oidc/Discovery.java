package dev.heddle.control.access.oidc;

import dev.heddle.xds.token.JsonText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a provider says of itself (OpenID Connect Discovery, 3).
///
/// @param endSession where one signs out; empty when it has no such place
/// @param userInfo tells more of somebody than his ID token; empty when it has no such place
/// @param device where a login without a browser of its own begins (RFC 8628); empty when it has no
///   such place
/// @param takesBasic whether clients prove themselves in a header, else in the body
record Discovery(
        Endpoint authorization,
        Endpoint token,
        Endpoint keys,
        Optional<Endpoint> endSession,
        Optional<Endpoint> userInfo,
        Optional<Endpoint> device,
        boolean takesBasic) {
    private static final String BASIC = "client_secret_basic";
    private static final String POST = "client_secret_post";

    /// Reads it.
    ///
    /// @param issuer of whom it must be: a provider speaks for itself alone
    /// @throws IllegalArgumentException when it is anything else, with the reason
    static Discovery of(String issuer, String json) {
        Map<String, @Nullable Object> said =
                JsonText.object(json)
                        .orElseThrow(() -> new IllegalArgumentException("it is no JSON object"));
        if (!issuer.equals(said.get("issuer"))) {
            throw new IllegalArgumentException(
                    "issuer: '%s' (expected: '%s')".formatted(said.get("issuer"), issuer));
        }
        return new Discovery(
                endpoint(said, "authorization_endpoint"),
                endpoint(said, "token_endpoint"),
                endpoint(said, "jwks_uri"),
                optional(said, "end_session_endpoint"),
                optional(said, "userinfo_endpoint"),
                optional(said, "device_authorization_endpoint"),
                takesBasic(said));
    }

    private static Optional<Endpoint> optional(Map<String, @Nullable Object> said, String field) {
        return said.get(field) instanceof String
                ? Optional.of(endpoint(said, field))
                : Optional.empty();
    }

    private static Endpoint endpoint(Map<String, @Nullable Object> said, String field) {
        return Endpoint.of(field, said.get(field) instanceof String text ? text : "");
    }

    /// Whoever says nothing takes the header.
    private static boolean takesBasic(Map<String, @Nullable Object> said) {
        Object methods = said.get("token_endpoint_auth_methods_supported");
        if (!(methods instanceof List<?> list) || list.contains(BASIC)) {
            return true;
        }
        if (list.contains(POST)) {
            return false;
        }
        throw new IllegalArgumentException(
                "token_endpoint_auth_methods_supported: %s (expected: %s or %s)"
                        .formatted(list, BASIC, POST));
    }
}
