package dev.heddle.control.access.oidc;

import dev.heddle.xds.token.JsonText;
import dev.heddle.xds.token.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks a provider about logins: for tokens, and for what they do not say.
///
/// @param client that the control plane is to it
record Asking(Provider.Client client, Known known, ProviderHttp http) {

    /// What the provider's token endpoint answers.
    sealed interface Tokens {
        record Given(String idToken, String accessToken) implements Tokens {
            /// Secrets are for nobody to read.
            @Override
            public String toString() {
                return "Given";
            }
        }

        record Refused(String error, String description) implements Tokens {}
    }

    /// Sends a form, as the client that this control plane is.
    ProviderHttp.Reply post(Discovery said, Endpoint place, LinkedHashMap<String, String> form)
            throws IOException {
        if (!said.takesBasic()) {
            form.put("client_id", client.id());
            form.put("client_secret", client.secret());
        }
        return http.post(place.uri(), form, Optional.of(basic()).filter(_ -> said.takesBasic()));
    }

    /// Asks for tokens, with what a login has for them.
    Tokens tokens(LinkedHashMap<String, String> form) throws LoginRefused {
        Discovery said = known.discovery();
        String asked = said.token().uri().toString();
        try {
            ProviderHttp.Reply reply = post(said, said.token(), form);
            Map<String, @Nullable Object> fields = JsonText.object(reply.body()).orElse(Map.of());
            if (reply.status() == 200 && fields.get("id_token") instanceof String token) {
                return new Tokens.Given(token, text(fields, "access_token"));
            }
            if (fields.get("error") instanceof String error) {
                return new Tokens.Refused(error, text(fields, "error_description"));
            }
            throw Known.away(asked, "status %d without an ID token".formatted(reply.status()));
        } catch (IOException e) {
            throw Known.away(asked, String.valueOf(e.getMessage()));
        }
    }

    /// As RFC 6749, 2.3.1 has it: encoded as in forms first.
    private String basic() {
        String both =
                ProviderHttp.encoded(client.id()) + ":" + ProviderHttp.encoded(client.secret());
        return "Basic "
                + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.US_ASCII));
    }

    /// What the provider says besides, where it has a place for that (OpenID Connect Core, 5.3).
    Map<String, @Nullable Object> info(Token token, String accessToken) throws LoginRefused {
        Optional<Endpoint> place = known.discovery().userInfo();
        if (place.isEmpty() || accessToken.isEmpty()) {
            return Map.of();
        }
        String asked = place.get().uri().toString();
        try {
            ProviderHttp.Reply reply = http.get(place.get().uri(), accessToken);
            Map<String, @Nullable Object> info =
                    JsonText.object(reply.body())
                            .filter(_ -> reply.status() == 200)
                            .orElseThrow(() ->
                                    new IOException(
                                            "status %d (expected: 200 and a JSON object)"
                                                    .formatted(reply.status())));
            // An answer about somebody else would give him this one's groups (5.3.2).
            if (!text(info, "sub").equals(token.claims().get("sub"))) {
                throw IdTokens.refused("its userinfo is about somebody else");
            }
            return info;
        } catch (IOException e) {
            throw Known.away(asked, String.valueOf(e.getMessage()));
        }
    }

    /// A member; empty where it is no text.
    static String text(Map<String, @Nullable Object> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }
}
