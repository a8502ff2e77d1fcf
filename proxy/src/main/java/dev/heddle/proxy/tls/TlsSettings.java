package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What both ends of TLS have in common (`CommonTlsContext`): who we are, whom we believe, with
/// which algorithms, for which protocols.
///
/// @param alpn protocols to offer or to choose from, the best first; none: ALPN is not used
public record TlsSettings(
        Identities identities, Trust trust, TlsParameters parameters, List<String> alpn) {

    public TlsSettings {
        alpn = List.copyOf(alpn);
    }

    /// Who we are.
    ///
    /// @param held known here and now
    /// @param named sent by themselves
    public record Identities(List<TlsCertificate> held, List<SecretRef> named) {
        /// Nobody.
        public static final Identities NONE = new Identities(List.of(), List.of());

        public Identities {
            held = List.copyOf(held);
            named = List.copyOf(named);
        }
    }

    /// Whom we believe.
    ///
    /// @param held known here and now
    /// @param named sent by itself and laid over that
    public record Trust(TrustRules held, Optional<SecretRef> named) {
        /// Everybody.
        public static final Trust NONE = new Trust(TrustRules.NONE, Optional.empty());
    }

    /// All that is sent by itself.
    public List<SecretRef> secrets() {
        var all = new ArrayList<SecretRef>(identities.named());
        trust.named().ifPresent(all::add);
        return all;
    }

    /// The certificates, if all are there.
    Optional<List<TlsCertificate>> certificates(Map<String, Secret> secrets) {
        var found = new ArrayList<TlsCertificate>(identities.held());
        for (SecretRef ref : identities.named()) {
            if (!(secrets.get(ref.key()) instanceof Secret.Identity(TlsCertificate it))) {
                return Optional.empty();
            }
            found.add(it);
        }
        return Optional.of(found);
    }

    /// The rules, if they are there.
    Optional<TrustRules> rules(Map<String, Secret> secrets) {
        if (trust.named().isEmpty()) {
            return Optional.of(trust.held());
        }
        return secrets.get(trust.named().get().key()) instanceof Secret.Trust(TrustRules over)
                ? Optional.of(trust.held().merge(over))
                : Optional.empty();
    }
}
