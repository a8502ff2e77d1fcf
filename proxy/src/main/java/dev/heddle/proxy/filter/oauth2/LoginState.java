package dev.heddle.proxy.filter.oauth2;

import dev.heddle.xds.token.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the authorization server hands back unread: where the browser wanted to go, and what shows
/// that it was this browser. In the query it is JSON in base64url, as with Envoy. Nothing of it is
/// to be believed before its token is.
///
/// @param url absolute
/// @param csrfToken that the browser has in a cookie, too
/// @param flow which attempt it is; empty where an older Envoy began it
record LoginState(String url, String csrfToken, String flow) {
    private static final String URL = "url";
    private static final String CSRF_TOKEN = "csrf_token";
    private static final String FLOW = "flow_id";

    String encoded() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put(URL, url);
        fields.put(CSRF_TOKEN, csrfToken);
        fields.put(FLOW, flow);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(JsonText.write(fields).getBytes(StandardCharsets.UTF_8));
    }

    /// Reads one; empty for anything else.
    static Optional<LoginState> of(String encoded) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
            return JsonText.object(text).flatMap(LoginState::of);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<LoginState> of(Map<String, @Nullable Object> fields) {
        return fields.get(URL) instanceof String url
                        && fields.get(CSRF_TOKEN) instanceof String csrfToken
                ? Optional.of(
                        new LoginState(
                                url,
                                csrfToken,
                                fields.get(FLOW) instanceof String flow ? flow : ""))
                : Optional.empty();
    }
}
