package dev.heddle.control.access.oidc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/// An address to which secrets may go: over TLS, or on this very machine.
record Endpoint(URI uri) {
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    /// Reads one.
    ///
    /// @param what it is, as in `token_endpoint`
    /// @throws IllegalArgumentException when it is none
    static Endpoint of(String what, String text) {
        try {
            var uri = new URI(text);
            boolean isWeb =
                    uri.getHost() != null
                            && uri.getRawUserInfo() == null
                            && uri.getRawFragment() == null;
            boolean isSafe =
                    "https".equals(uri.getScheme())
                            || ("http".equals(uri.getScheme())
                                    && uri.getHost() != null
                                    && THIS_MACHINE.contains(uri.getHost()));
            if (isWeb && isSafe) {
                return new Endpoint(uri);
            }
        } catch (URISyntaxException _) {
            // It is told like anything else that is none.
        }
        throw new IllegalArgumentException(
                "%s: '%s' (expected: https://…, or http:// on this machine)".formatted(what, text));
    }
}
