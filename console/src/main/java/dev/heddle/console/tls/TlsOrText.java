package dev.heddle.console.tls;

import dev.heddle.console.api.ApiResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes a server's end of TLS out of connections that begin it. Who speaks plain text is answered
/// in plain text that he should not, instead of being left with an alert that no browser shows.
/// There is no redirect: whoever sends a token this way should notice.
final class TlsOrText extends SSLSocketFactory {
    /// TLS's `handshake` (RFC 8446, 5.1).
    private static final int HANDSHAKE = 22;

    /// How long a connection may say nothing.
    private static final int PATIENCE_MILLIS = 60_000;

    /// How long somebody may go on to send what nobody reads.
    private static final int LEAVE_MILLIS = 1_000;

    private static final int MOST_REST = 1 << 20;
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final SSLSocketFactory tls;
    private final boolean asksClients;

    /// @param asksClients whether who shows no certificate is refused
    TlsOrText(SSLSocketFactory tls, boolean asksClients) {
        this.tls = tls;
        this.asksClients = asksClients;
    }

    /// @param consumed what was read of it already; null for nothing
    @Override
    public Socket createSocket(Socket wire, @Nullable InputStream consumed, boolean autoClose)
            throws IOException {
        if (consumed != null) {
            throw new IllegalArgumentException("consumed (expected: nothing)");
        }
        wire.setSoTimeout(PATIENCE_MILLIS);
        int first = wire.getInputStream().read();
        if (first != HANDSHAKE) {
            if (first >= 'A' && first <= 'Z') {
                refuse(wire);
            }
            throw new SSLException("no TLS");
        }
        var socket =
                (SSLSocket)
                        tls.createSocket(
                                wire,
                                new ByteArrayInputStream(new byte[] {(byte) first}),
                                // The web server closes what it was given and no more.
                                true);
        socket.setEnabledProtocols(VERSIONS);
        socket.setNeedClientAuth(asksClients);
        return socket;
    }

    private static void refuse(Socket wire) throws IOException {
        ApiResponse answer =
                ApiResponse.error(
                        400,
                        "this port speaks TLS, and the request came in plain text",
                        "scheme",
                        "Call it as https://; a token that was sent in plain text may be known to"
                                + " others: take it back");
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        String head =
                "HTTP/1.1 400 Bad Request\r\nContent-Type: %s\r\nContent-Length: %d\r\n"
                                .formatted(answer.contentType(), body.length)
                        + "Connection: close\r\n\r\n";
        wire.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        wire.getOutputStream().write(body);
        wire.shutdownOutput();
        // A close with something unread would take the answer away from who has not read it yet.
        wire.setSoTimeout(LEAVE_MILLIS);
        byte[] rest = new byte[8_192];
        int total = 0;
        for (int read = 0; read >= 0 && total < MOST_REST; total += read) {
            read = wire.getInputStream().read(rest);
        }
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return tls.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(Socket wire, String host, int port, boolean autoClose) {
        throw new UnsupportedOperationException("it is a server's end");
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException("it calls nobody");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException("it calls nobody");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException("it calls nobody");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException("it calls nobody");
    }
}
