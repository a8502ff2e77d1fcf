package dev.heddle.control.ca;

import dev.heddle.xds.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/// Finds out who calls: by what he sends, or by the certificate that his connection proved.
///
/// @param trustDomain of which callers are
/// @param joins tokens for first certificates
/// @param accounts tokens of Kubernetes; empty where none are taken
record Callers(String trustDomain, JoinTokens joins, Optional<ServiceAccountTokens> accounts) {
    /// What was found.
    sealed interface Found {
        /// @param how for the log
        record Known(SpiffeId id, String how) implements Found {}

        /// @param reason says no more than who asked knows already
        record Unknown(String reason) implements Found {}
    }

    /// Whoever sends a token is who it says, whatever his connection proved.
    ///
    /// @param token of `authorization: Bearer`; empty for none
    /// @param certificate that the connection proved; empty for none
    Found find(Optional<String> token, Optional<X509Certificate> certificate, Instant now) {
        if (token.isPresent()) {
            Optional<SpiffeId.Account> account =
                    JoinTokens.isOne(token.get())
                            ? joins.use(token.get(), now)
                            : accounts.flatMap(a -> a.account(token.get(), now));
            return account.flatMap(this::identity)
                    .<Found>map(id ->
                            new Found.Known(
                                    id,
                                    JoinTokens.isOne(token.get())
                                            ? "join token"
                                            : "service account token"))
                    .orElseGet(() ->
                            new Found.Unknown("the token is not known, used up, or out of date"));
        }
        return certificate
                .flatMap(SpiffeId::of)
                .filter(id -> id.trustDomain().equals(trustDomain) && id.account().isPresent())
                .<Found>map(id -> new Found.Known(id, "certificate"))
                .orElseGet(() -> new Found.Unknown("no token, and no certificate of the mesh"));
    }

    private Optional<SpiffeId> identity(SpiffeId.Account account) {
        return SpiffeId.parse(
                "spiffe://%s/ns/%s/sa/%s"
                        .formatted(trustDomain, account.namespace(), account.name()));
    }
}
