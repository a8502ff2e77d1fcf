package dev.heddle.control.federation;

import dev.heddle.control.federation.BundleEndpoint.Proof;
import dev.heddle.control.fetch.WebFetch;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.CertificatePath;
import dev.heddle.xds.secret.PeerCheck;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// Fetches bundles over https.
///
/// @param usual by whom servers of the profile `https_web` are known
/// @param clock by which their certificates end
record BundleFetch(WebFetch web, WebFetch.Tls usual, InstantSource clock) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// The bundle at a place.
    ///
    /// @param authority whom the trust domain of the place's own id believes, as far as is known
    /// @throws IOException when there is none, with the reason
    SpiffeBundle fetch(BundleEndpoint endpoint, Optional<SpiffeBundle> authority)
            throws IOException {
        WebFetch.Tls tls =
                switch (endpoint.proof()) {
                    case Proof.Web() -> usual;
                    case Proof.Spiffe(SpiffeId id, _) ->
                            by(
                                    id,
                                    authority.orElseThrow(() ->
                                            new IOException(
                                                    "no root of '%s' is known, by which it could"
                                                                    .formatted(id.trustDomain())
                                                            + " prove itself (expected:"
                                                            + " trustDomainBundle)")));
                };
        String text = web.get(endpoint.url(), tls, web.endOf(TIMEOUT));
        try {
            return SpiffeBundle.parse(text);
        } catch (UnusableMaterial e) {
            throw new IOException(endpoint.url() + ": " + e.getMessage(), e);
        }
    }

    private WebFetch.Tls by(SpiffeId expected, SpiffeBundle authority) throws IOException {
        PeerCheck.Question question = chain -> check(chain, expected, authority);
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {new PeerCheck(PeerCheck.Side.SERVER, question)},
                    null);
            return new WebFetch.Tls(context.getSocketFactory(), false);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    private void check(List<X509Certificate> chain, SpiffeId expected, SpiffeBundle authority)
            throws UnusableMaterial {
        CertificatePath.check(chain, authority.roots(), clock.instant());
        Optional<SpiffeId> shown = SpiffeId.of(chain.getFirst());
        if (!shown.equals(Optional.of(expected))) {
            throw new UnusableMaterial(
                    "the server is %s (expected: %s)"
                            .formatted(shown.map(SpiffeId::toString).orElse("nobody"), expected));
        }
    }
}
