package dev.heddle.e2e.signals;

import dev.heddle.e2e.CaseCertificates;
import dev.heddle.e2e.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// How a caller behaves who brings a cause about.
enum WhyCaller {
    /// Waits for the answer.
    PATIENT,
    /// Does so, after an operator had the gateway fail.
    CHECKING,
    /// Goes away before it comes.
    GONE,
    /// Calls three times at once.
    THREEFOLD,
    /// Calls twice, one after the other.
    TWICE,
    /// Writes twice to who answers the first time only, on one connection to the proxy.
    WRITING,
    /// Sends what is no HTTP.
    WRONG,
    /// Sends the half of a head, and no more.
    HALF_HEAD,
    /// Sends the half of a body, and no more.
    HALF_BODY,
    /// Shows a token that is none.
    FORGING,
    /// Sends a number that is none, in a header that Envoy takes from inside.
    ODD,
    /// Speaks HTTP/2, and gives its request up.
    GIVING_UP,
    /// Connects, says a word, and waits until the proxy ends it.
    BYTES,
    /// Connects twice.
    BYTES_TWICE,
    /// Connects, and goes.
    BYTES_GONE,
    /// Says hello for a name that nobody has, in TLS.
    HELLO,
    /// Sends a request without TLS to who takes nothing else, so that no path is known.
    PLAIN,
    /// Shows no certificate to who asks for one.
    BARE,
    /// Shows one of another trust domain.
    FOREIGN,
    /// Does not believe that of the server.
    DOUBTING;

    private static final String STRICT = "strict.default";
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int IMPATIENCE_MILLIS = 150;

    /// Makes the call.
    ///
    /// @param port of the proxy, on the loopback interface
    /// @param authority of the service
    void call(int port, String authority, String path) throws IOException, InterruptedException {
        switch (this) {
            case PATIENT, CHECKING, PLAIN -> ask(port, authority, path, "", PATIENCE_MILLIS);
            case GONE -> ask(port, authority, path, "", IMPATIENCE_MILLIS);
            case THREEFOLD -> threefold(port, authority, path);
            case TWICE -> {
                ask(port, authority, path, "", PATIENCE_MILLIS);
                TimeUnit.MILLISECONDS.sleep(300);
                ask(port, authority, path, "", PATIENCE_MILLIS);
            }
            case WRITING -> {
                post(port, authority, path);
                TimeUnit.MILLISECONDS.sleep(100);
                post(port, authority, path);
            }
            case WRONG -> send(port, "GET  /\u0001 HTTP/1.1\r\n\r\n", PATIENCE_MILLIS);
            case HALF_HEAD -> send(port, "GET " + path + " HTTP/1.1\r\nhost: ", PATIENCE_MILLIS);
            case HALF_BODY ->
                    send(
                            port,
                            "POST %s HTTP/1.1\r\nhost: %s\r\ncontent-length: 10\r\n\r\nhalf"
                                    .formatted(path, authority),
                            PATIENCE_MILLIS);
            case FORGING ->
                    ask(port, authority, path, "authorization: Bearer a.b.c\r\n", PATIENCE_MILLIS);
            case ODD ->
                    ask(
                            port,
                            authority,
                            path,
                            "x-forwarded-for: 127.0.0.1\r\nx-envoy-max-retries: odd\r\n",
                            PATIENCE_MILLIS);
            case GIVING_UP -> givingUp(port, authority, path);
            case BYTES -> send(port, "word", PATIENCE_MILLIS);
            case BYTES_TWICE -> {
                try (var first = open(port)) {
                    first.getOutputStream().write('1');
                    TimeUnit.MILLISECONDS.sleep(300);
                    send(port, "word", PATIENCE_MILLIS);
                }
            }
            case BYTES_GONE -> {
                try (var socket = open(port)) {
                    socket.setSoLinger(true, 0);
                    socket.getOutputStream().write('1');
                    TimeUnit.MILLISECONDS.sleep(IMPATIENCE_MILLIS);
                }
            }
            case HELLO -> hello(port, "nobody.example.com", defaults());
            case BARE -> hello(port, STRICT, Shown.context(Optional.empty()).getSocketFactory());
            case FOREIGN -> hello(port, STRICT, foreign());
            case DOUBTING -> hello(port, STRICT, defaults());
        }
    }

    /// Whether no path tells which call a log is about.
    boolean isPathless() {
        return switch (this) {
            case WRONG,
                    HALF_HEAD,
                    BYTES,
                    BYTES_TWICE,
                    BYTES_GONE,
                    HELLO,
                    PLAIN,
                    BARE,
                    FOREIGN,
                    DOUBTING ->
                    true;
            case PATIENT,
                    CHECKING,
                    GONE,
                    THREEFOLD,
                    TWICE,
                    WRITING,
                    HALF_BODY,
                    FORGING,
                    ODD,
                    GIVING_UP ->
                    false;
        };
    }

    private static void threefold(int port, String authority, String path)
            throws InterruptedException {
        var callers = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            callers.add(
                    Thread.ofVirtual()
                            .start(() -> ask(port, authority, path, "", PATIENCE_MILLIS)));
        }
        for (Thread each : callers) {
            each.join();
        }
    }

    private static void givingUp(int port, String authority, String path)
            throws IOException, InterruptedException {
        try (var socket = open(port)) {
            WireHttp2.ask(socket, authority, path);
            TimeUnit.MILLISECONDS.sleep(3 * IMPATIENCE_MILLIS);
            WireHttp2.giveUp(socket);
            TimeUnit.MILLISECONDS.sleep(IMPATIENCE_MILLIS);
        }
    }

    private static void post(int port, String authority, String path) {
        send(
                port,
                "POST %s HTTP/1.1\r\nhost: %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                        .formatted(path, authority),
                PATIENCE_MILLIS);
    }

    private static void ask(int port, String authority, String path, String headers, int millis) {
        send(
                port,
                "GET %s HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n%s\r\n"
                        .formatted(path, authority, headers),
                millis);
    }

    /// Sends that, and waits for the end of the answer, or for so long.
    private static void send(int port, String text, int millis) {
        try (var socket = open(port)) {
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException _) {
            // It has waited long enough.
        } catch (SocketException _) {
            // The proxy cut it off.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hello(int port, String name, SSLSocketFactory speaking) {
        try (var socket = open(port);
                var secured = (SSLSocket) speaking.createSocket(socket, name, port, true)) {
            secured.setSoTimeout(PATIENCE_MILLIS);
            secured.startHandshake();
            // In TLS 1.3 a client hears of what the server thinks of it afterwards.
            secured.getInputStream().readAllBytes();
        } catch (IOException _) {
            // The proxy knows no such name, or one does not believe the other.
        }
    }

    private static SSLSocketFactory defaults() {
        return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }

    private static SSLSocketFactory foreign() {
        return new CaseCertificates(WhyMesh.CERTIFICATES)
                .caller(Optional.of("foreign"))
                .getSocketFactory();
    }

    private static Socket open(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }
}
