package dev.heddle.console.tls;

import dev.heddle.control.serving.CertificateSource;
import dev.heddle.control.serving.OwnCertificates;
import dev.heddle.xds.secret.PeerCheck;
import dev.heddle.xds.secret.TlsCertificate;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS of one server: 1.2 and 1.3, with a certificate that is looked at each half second. A new one
/// is shown to new connections; one that cannot be used is told, and the one before goes on.
public final class ServerTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final long PAUSE_MILLIS = 500;
    private static final char[] NO_PASSWORD = {};

    private final String server;
    private final CertificateSource source;
    private final OwnCertificates shown;
    private final Optional<PeerCheck> clients;
    private final AtomicReference<Held> held;
    private final ScheduledExecutorService timer;

    /// What is shown.
    ///
    /// @param mark of its source when it was read
    private record Held(String mark, X509Certificate leaf, SSLContext context) {}

    private ServerTls(
            String server,
            CertificateSource source,
            OwnCertificates shown,
            Optional<PeerCheck> clients)
            throws IOException {
        this.server = server;
        this.source = source;
        this.shown = shown;
        this.clients = clients;
        this.held = new AtomicReference<>(read(source.mark()));
        this.timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("tls-" + server).daemon().factory());
    }

    /// Reads the certificate, and goes on looking whether there is another.
    ///
    /// @param server as people call it
    /// @param shown is told what is shown
    /// @throws IOException when there is none that can be used
    public static ServerTls start(String server, CertificateSource source, OwnCertificates shown)
            throws IOException {
        return start(server, source, shown, Optional.empty());
    }

    /// The same for a server that asks its clients for certificates.
    ///
    /// @param believed asked about each client; who shows nothing is refused
    /// @throws IOException when there is no certificate that can be used
    public static ServerTls startMutual(
            String server,
            CertificateSource source,
            OwnCertificates shown,
            PeerCheck.Question believed)
            throws IOException {
        return start(
                server, source, shown, Optional.of(new PeerCheck(PeerCheck.Side.CLIENT, believed)));
    }

    private static ServerTls start(
            String server,
            CertificateSource source,
            OwnCertificates shown,
            Optional<PeerCheck> clients)
            throws IOException {
        var tls = new ServerTls(server, source, shown, clients);
        tls.tell();
        var _ =
                tls.timer.scheduleWithFixedDelay(
                        tls::look, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        return tls;
    }

    private Held read(String mark) throws IOException {
        TlsCertificate certificate = source.read();
        return new Held(mark, certificate.leaf(), context(certificate));
    }

    private SSLContext context(TlsCertificate certificate) throws IOException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry(
                    "server",
                    certificate.key(),
                    NO_PASSWORD,
                    certificate.chain().toArray(new X509Certificate[0]));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            var context = SSLContext.getInstance("TLS");
            TrustManager[] trust = clients.stream().toArray(TrustManager[]::new);
            context.init(keys.getKeyManagers(), trust.length == 0 ? null : trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    /// As the web server takes it.
    public Tls forServer() {
        return Tls.builder()
                .sslContext(ChangingContext.of(() -> held.get().context(), clients.isPresent()))
                .build();
    }

    private void look() {
        try {
            String mark = source.mark();
            if (!mark.equals(held.get().mark())) {
                held.set(read(mark));
                LOG.info(
                        "{}: a new certificate, until {}",
                        server,
                        held.get().leaf().getNotAfter().toInstant());
            }
            tell();
        } catch (IOException | RuntimeException e) {
            shown.refuse(server, source, String.valueOf(e.getMessage()));
        }
    }

    private void tell() {
        shown.show(new OwnCertificates.Own(server, source, held.get().leaf()));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
