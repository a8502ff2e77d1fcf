package dev.heddle.control.ca;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// The roots that callers' certificates lead to, which change while the server runs.
final class Believed extends X509ExtendedTrustManager {
    private final AtomicReference<List<X509Certificate>> roots;

    Believed(List<X509Certificate> roots) {
        this.roots = new AtomicReference<>(roots);
    }

    void set(List<X509Certificate> others) {
        roots.set(others);
    }

    private void check(X509Certificate[] shown) throws CertificateException {
        List<X509Certificate> anchors = roots.get();
        try {
            Set<TrustAnchor> trusted =
                    anchors.stream().map(r -> new TrustAnchor(r, null)).collect(Collectors.toSet());
            var parameters = new PKIXParameters(trusted);
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509")
                                    .generateCertPath(
                                            List.of(shown).stream()
                                                    .filter(c -> !anchors.contains(c))
                                                    .toList()),
                            parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("not of the mesh: " + e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a server");
    }

    /// None are named: clients show what they have.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
