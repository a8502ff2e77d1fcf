package dev.heddle.e2e.gatewayapi;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.Http2Call;
import dev.heddle.e2e.HttpText;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.TlsCertificate;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// Makes the suite's requests, each on a connection of its own.
final class Caller {
    private static final char[] NO_PASSWORD = {};
    private static final int PATIENCE_MILLIS = 10_000;

    private Caller() {}

    /// @param host that the request names; empty for the address that is called
    /// @param path with its query
    record Request(
            String method,
            String host,
            String path,
            Map<String, String> headers,
            boolean isHttp2,
            Optional<Tls> tls) {}

    /// @param server that the client hello names
    /// @param roots PEM, one of which the server's certificate must lead to
    /// @param client what to show
    record Tls(String server, String roots, Optional<Authority.Pair> client) {}

    /// Makes a request and waits for its answer.
    ///
    /// @param port by which the address is known
    static Answer call(InetSocketAddress to, int port, Request request) throws IOException {
        boolean isUsual = port == (request.tls().isPresent() ? 443 : 80);
        String known = "127.0.0.1" + (isUsual ? "" : ":" + port);
        String host = request.host().isEmpty() ? known : request.host();
        if (request.isHttp2()) {
            return Http2Call.make(
                    to,
                    request.tls().map(it -> new Http2Call.Security(http2(it), it.server())),
                    request.method(),
                    host,
                    request.path(),
                    request.headers(),
                    new byte[0]);
        }
        try (var plain = new Socket()) {
            plain.connect(to, PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            Socket socket = request.tls().isPresent() ? secured(plain, request.tls().get()) : plain;
            socket.getOutputStream()
                    .write(
                            HttpText.request(
                                    request.method(), request.path(), host, request.headers()));
            return answer(socket, to, request.method());
        }
    }

    private static Answer answer(Socket socket, InetSocketAddress to, String method)
            throws IOException {
        var received = new ByteArrayOutputStream();
        byte[] buffer = new byte[16_384];
        while (true) {
            int n = socket.getInputStream().read(buffer);
            received.write(buffer, 0, Math.max(0, n));
            boolean isEnded = n < 0 || method.equals("HEAD");
            Optional<Answer> answer = HttpText.answer(received.toByteArray(), isEnded);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (n < 0) {
                throw new IOException(to + ": closed without an answer");
            }
        }
    }

    private static Socket secured(Socket plain, Tls tls) throws IOException {
        var secured =
                (SSLSocket)
                        context(tls)
                                .getSocketFactory()
                                .createSocket(plain, tls.server(), 443, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(tls.server())));
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static SSLContext context(Tls tls) throws IOException {
        try {
            var roots = KeyStore.getInstance("PKCS12");
            roots.load(null, NO_PASSWORD);
            for (X509Certificate root : PemText.certificates(tls.roots())) {
                roots.setCertificateEntry("root" + roots.size(), root);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(roots);
            KeyManager[] own = {};
            if (tls.client().isPresent()) {
                Authority.Pair pair = tls.client().get();
                TlsCertificate certificate = TlsCertificate.parse(pair.chain(), pair.key());
                own = new KeyManager[] {new Always(certificate)};
            }
            var context = SSLContext.getInstance("TLS");
            context.init(own, trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static SslContext http2(Tls tls) {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient()
                            .sslProvider(SslProvider.JDK)
                            .trustManager(stream(tls.roots()))
                            .endpointIdentificationAlgorithm(null)
                            .applicationProtocolConfig(
                                    new ApplicationProtocolConfig(
                                            ApplicationProtocolConfig.Protocol.ALPN,
                                            ApplicationProtocolConfig.SelectorFailureBehavior
                                                    .NO_ADVERTISE,
                                            ApplicationProtocolConfig
                                                    .SelectedListenerFailureBehavior.ACCEPT,
                                            "h2"));
            if (tls.client().isPresent()) {
                builder.keyManager(
                        stream(tls.client().get().chain()), stream(tls.client().get().key()));
            }
            return builder.build();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
    }
}
