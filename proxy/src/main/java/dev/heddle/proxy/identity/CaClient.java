package dev.heddle.proxy.identity;

import dev.heddle.xds.identity.CertificateCall;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.CertificateHash;
import dev.heddle.xds.secret.CertificatePath;
import dev.heddle.xds.secret.PeerCheck;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// Asks a certificate authority by `istio.v1.auth.IstioCertificateService`, over gRPC: one call,
/// for which the JDK's HTTP/2 is enough.
///
/// Whom it speaks to is proven before a token is sent: the authority's certificate leads to a root
/// that is known, and is of the control plane's own account.
public final class CaClient implements CertificateSource {
    private static final String UNAUTHENTICATED = "16";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final char[] NO_PASSWORD = {};

    /// As which the control plane shows itself.
    private static final SpiffeId.Account AUTHORITY =
            new SpiffeId.Account("istio-system", "istiod");

    private final Settings settings;
    private final InstantSource clock;

    /// How it is asked.
    ///
    /// @param address as in `127.0.0.1:15012`
    /// @param token read anew each time, as it may be replaced; empty where there is none
    /// @param roots PEM; empty for those of the identity that is held, or for the one that the join
    ///   token names
    /// @param life of certificates; zero for as long as is usual
    public record Settings(String address, Token token, Optional<String> roots, Duration life) {}

    /// Where a token comes from.
    public interface Token {
        /// The token; empty for none.
        ///
        /// @throws IOException when it cannot be read
        Optional<String> read() throws IOException;
    }

    public CaClient(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public List<String> sign(String csr, Optional<Identity> held) throws IOException {
        // Who has a certificate needs no token, and one that is used up would only be refused.
        if (held.isEmpty()) {
            return sign(csr, held, token());
        }
        try {
            return sign(csr, held, Optional.empty());
        } catch (ConnectException | HttpTimeoutException | Refused e) {
            throw e;
        } catch (IOException e) {
            // It may have been revoked: the handshake fails then, or the connection breaks after
            // it. Whom a token is sent to is proven all the same.
            Optional<String> token = token();
            if (token.isEmpty()) {
                throw e;
            }
            return sign(csr, held, token);
        }
    }

    private Optional<String> token() throws IOException {
        return settings.token().read().map(String::strip).filter(t -> !t.isEmpty());
    }

    /// @param token goes before what is held; empty to be known by that
    private List<String> sign(String csr, Optional<Identity> held, Optional<String> token)
            throws IOException {
        if (held.isEmpty() && token.isEmpty()) {
            throw new IOException("there is neither a token nor a certificate to prove who asks");
        }
        byte[] message = new CertificateCall.Request(csr, settings.life().toSeconds()).encoded();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "https://"
                                                + settings.address()
                                                + "/"
                                                + CertificateCall.METHOD))
                        .timeout(PATIENCE)
                        .header("content-type", "application/grpc")
                        .header("te", "trailers")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(framed(message)));
        token.ifPresent(t -> request.header("authorization", "Bearer " + t));
        try (var client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .connectTimeout(PATIENCE)
                        .sslContext(context(held, token))
                        .build()) {
            return answer(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// The authority does not want to, and not because of who asks.
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    private static List<String> answer(HttpResponse<byte[]> response) throws IOException {
        String status = response.headers().firstValue("grpc-status").orElse("0");
        String said = response.headers().firstValue("grpc-message").orElse("");
        if (response.statusCode() != 200 || !status.equals("0")) {
            String what =
                    "the authority refuses: HTTP %d, gRPC %s %s"
                            .formatted(response.statusCode(), status, said);
            throw status.equals(UNAUTHENTICATED) ? new IOException(what) : new Refused(what);
        }
        byte[] body = response.body();
        if (body.length < 5) {
            throw new IOException("the authority answers nothing");
        }
        return CertificateCall.Response.parse(Arrays.copyOfRange(body, 5, body.length))
                .orElseThrow(() -> new IOException("the authority's answer cannot be read"))
                .chain();
    }

    private SSLContext context(Optional<Identity> held, Optional<String> token) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            KeyManager[] keys =
                    held.isPresent() && token.isEmpty() ? keys(held.get()) : new KeyManager[0];
            context.init(keys, new TrustManager[] {trust(held, token)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keys(Identity held) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry(
                "own",
                held.certificate().key(),
                NO_PASSWORD,
                held.certificate().chain().toArray(X509Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    private PeerCheck trust(Optional<Identity> held, Optional<String> token) throws IOException {
        if (settings.roots().isPresent()) {
            try {
                return led(PemText.certificates(settings.roots().get()));
            } catch (UnusableMaterial e) {
                throw new IOException("roots of the authority: " + e.getMessage());
            }
        }
        if (held.isPresent()) {
            return led(held.get().roots());
        }
        String hash =
                token.map(t -> t.split("\\.", -1))
                        .filter(p -> p.length == 4 && p[0].equals("heddle-join"))
                        .map(p -> p[3])
                        .orElseThrow(() ->
                                new IOException(
                                        "nobody says which root the authority has (expected: its"
                                                + " roots, or a join token)"));
        return authority(
                chain -> chain.stream().filter(c -> CertificateHash.of(c).equals(hash)).toList());
    }

    private PeerCheck led(List<X509Certificate> roots) {
        return authority(_ -> roots);
    }

    /// Believes the authority and nobody else.
    ///
    /// @param roots of the chain that it shows
    private PeerCheck authority(UnaryOperator<List<X509Certificate>> roots) {
        return new PeerCheck(
                PeerCheck.Side.SERVER,
                chain -> {
                    List<X509Certificate> anchors = roots.apply(chain);
                    if (anchors.isEmpty()) {
                        throw new UnusableMaterial("the authority has another root");
                    }
                    CertificatePath.check(chain, anchors, clock.instant());
                    boolean isAuthority =
                            SpiffeId.of(chain.getFirst())
                                    .flatMap(SpiffeId::account)
                                    .filter(AUTHORITY::equals)
                                    .isPresent();
                    if (!isAuthority) {
                        throw new UnusableMaterial("the server is not the certificate authority");
                    }
                });
    }
}
