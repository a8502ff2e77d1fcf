package dev.heddle.control.keys;

import dev.heddle.control.fetch.WebFetch;
import dev.heddle.xds.token.JsonText;
import dev.heddle.xds.token.KeySet;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fetches key sets, and what providers say of themselves, by HTTP.
record KeyFetch(WebFetch web, WebFetch.Tls tls) {
    static final String DISCOVERY = "/.well-known/openid-configuration";

    /// The key set at a place; where that is an issuer's own description, at the place which that
    /// names.
    ///
    /// @throws IOException when there is none, with the reason
    String keys(String place, Duration timeout) throws IOException {
        long end = web.endOf(timeout);
        String text = web.get(place, tls, end);
        if (place.endsWith(DISCOVERY)) {
            Object said = JsonText.object(text).map(it -> it.get("jwks_uri")).orElse(null);
            if (!(said instanceof String uri)) {
                throw new IOException(place + ": no jwks_uri in it");
            }
            text = web.get(uri, tls, end);
        }
        // What is no key set is not passed on: it may be what nobody else should read.
        if (KeySet.of(text).size() == 0) {
            throw new IOException(place + ": no key set with a key that can be used");
        }
        return text;
    }

    /// What a provider of OpenID Connect says of itself (OpenID Connect Discovery, 4), as the JSON
    /// of an OpenIDProvider's spec.
    ///
    /// @throws IOException when there is none, with the reason
    String provider(String issuer, String place, Duration timeout) throws IOException {
        long end = web.endOf(timeout);
        Map<String, @Nullable Object> said =
                JsonText.object(web.get(place, tls, end))
                        .orElseThrow(() -> new IOException(place + ": no JSON"));
        // A provider speaks for itself alone: who gets another's answer in would read its codes.
        if (!issuer.equals(said.get("issuer"))) {
            throw new IOException(place + ": its issuer is not '" + issuer + "'");
        }
        return provider(
                issuer,
                url(place, said, "authorization_endpoint", true),
                url(place, said, "token_endpoint", true),
                url(place, said, "end_session_endpoint", false));
    }

    /// An OpenIDProvider's spec as JSON.
    static String provider(String issuer, String authorization, String token, String endSession) {
        var spec = new LinkedHashMap<String, Object>();
        spec.put("issuer", issuer);
        spec.put("authorizationEndpoint", authorization);
        spec.put("tokenEndpoint", token);
        if (!endSession.isEmpty()) {
            spec.put("endSessionEndpoint", endSession);
        }
        return JsonText.write(spec);
    }

    private static String url(
            String place, Map<String, @Nullable Object> said, String field, boolean isRequired)
            throws IOException {
        if (!isRequired && !(said.get(field) instanceof String)) {
            return "";
        }
        try {
            if (said.get(field) instanceof String text) {
                var url = new URI(text);
                boolean isWeb = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
                if (isWeb && url.getHost() != null && url.getRawUserInfo() == null) {
                    return text;
                }
            }
        } catch (URISyntaxException _) {
            // It is told like anything else that is no URL.
        }
        throw new IOException(place + ": its " + field + " is no http or https URL");
    }
}
