package dev.heddle.control.access.oidc;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A provider of logins as an operator names it, and what this control plane is to it.
///
/// @param issuer as its tokens have it
/// @param page where browsers find the console: scheme, host and port
public record Provider(String issuer, Client client, People people, URI page) {

    /// Where the provider sends browsers back to, below [#page].
    public static final String RETURN = "/signed-in";

    public Provider {
        if (Endpoint.of("issuer", issuer).uri().getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "issuer: '%s' (expected: an address without '?')".formatted(issuer));
        }
        URI said = Endpoint.of("page", page.toString()).uri();
        boolean isBare =
                said.getRawQuery() == null
                        && (said.getRawPath().isEmpty() || said.getRawPath().equals("/"));
        if (!isBare) {
            throw new IllegalArgumentException(
                    "page: '%s' (expected: scheme, host and port only)".formatted(page));
        }
        page = URI.create(said.getScheme() + "://" + said.getRawAuthority());
    }

    /// Where the provider sends browsers back to: to be registered there.
    public String redirect() {
        return page + RETURN;
    }

    /// Where it says what it is (OpenID Connect Discovery, 4).
    String discovery() {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return base + "/.well-known/openid-configuration";
    }

    /// What this control plane is to a provider.
    ///
    /// @param secret that only the provider knows, too
    /// @param scopes to ask for; `openid` is asked for in any case
    public record Client(String id, String secret, List<String> scopes) {
        private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]+");

        public Client {
            if (id.isBlank() || secret.isBlank()) {
                throw new IllegalArgumentException(
                        "client: id or secret is empty (expected: as the provider has them)");
            }
            for (String scope : scopes) {
                if (!SCOPE.matcher(scope).matches()) {
                    throw new IllegalArgumentException(
                            "scope: '%s' (expected: one word)".formatted(scope));
                }
            }
            var all = new ArrayList<>(List.of("openid"));
            scopes.stream().filter(it -> !all.contains(it)).forEach(all::add);
            scopes = List.copyOf(all);
        }

        /// The secret is for nobody to read.
        @Override
        public String toString() {
            return "Client[" + id + " " + scopes + "]";
        }
    }
}
