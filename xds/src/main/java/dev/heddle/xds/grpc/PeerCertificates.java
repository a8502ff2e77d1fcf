package dev.heddle.xds.grpc;

import dev.heddle.xds.secret.PeerCheck;
import dev.heddle.xds.secret.UnusableMaterial;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// What the other end of a call's connection has shown.
public final class PeerCertificates {
    private PeerCertificates() {}

    /// Its certificates, the leaf first; none where it showed none, or none that is believed now.
    public static List<X509Certificate> of(ServerCall<?, ?> call, PeerCheck.Question believed) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return List.of();
        }
        try {
            List<X509Certificate> chain =
                    Stream.of(session.getPeerCertificates())
                            .map(X509Certificate.class::cast)
                            .toList();
            believed.check(chain);
            return chain;
        } catch (SSLPeerUnverifiedException | UnusableMaterial _) {
            return List.of();
        }
    }
}
