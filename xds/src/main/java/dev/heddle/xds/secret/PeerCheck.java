package dev.heddle.xds.secret;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// One question for whom to believe, in the many forms in which the JDK's TLS asks it. Names of
/// hosts are no part of it.
public final class PeerCheck extends X509ExtendedTrustManager {
    private final Side peer;
    private final Question question;

    /// Which end of a connection the peer is.
    public enum Side {
        /// It asks.
        CLIENT,
        /// It answers.
        SERVER
    }

    /// Whether to believe a peer.
    public interface Question {
        /// Returns if so.
        ///
        /// @param chain that it shows, the leaf first
        /// @throws UnusableMaterial if not, with what is wrong
        void check(List<X509Certificate> chain) throws UnusableMaterial;
    }

    /// @param peer who is asked about; another is never believed
    public PeerCheck(Side peer, Question question) {
        this.peer = peer;
        this.question = question;
    }

    private void check(Side side, X509Certificate[] chain) throws CertificateException {
        if (side != peer) {
            throw new CertificateException("this is no end for a " + side);
        }
        try {
            question.check(List.of(chain));
        } catch (UnusableMaterial e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(Side.CLIENT, chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(Side.CLIENT, chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(Side.CLIENT, chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(Side.SERVER, chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(Side.SERVER, chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(Side.SERVER, chain);
    }

    /// None are named: peers show what they have.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
