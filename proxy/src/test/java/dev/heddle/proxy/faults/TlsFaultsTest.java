package dev.heddle.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.tls.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Attacks on handshakes at a whole proxy with one worker: rows D05, D06 and D07.
class TlsFaultsTest {
    @TempDir Path directory;

    private Proxy proxy;
    private int port;

    @BeforeEach
    void start() throws Exception {
        TestAuthority.Leaf server =
                TestAuthority.root(directory, "root").leaf("server", "DNS:localhost");
        String bootstrap =
                """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: web
                    stat_prefix: web
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    listener_filters: [{name: tls, typed_config: {"@type":
                      "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}]
                    listener_filters_timeout: 5s
                    filter_chains:
                    - transport_socket_connect_timeout: 30s
                      transport_socket: {name: tls, typed_config: {"@type":
                        "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                        common_tls_context: {tls_certificates: [{
                          certificate_chain: {filename: '%s'}, private_key: {filename: '%s'}}]}}}
                      filters: [{name: hcm, typed_config: {"@type":
                        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                        stat_prefix: web,
                        http_filters: [{name: r, typed_config: {"@type":
                          "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                        route_config: {virtual_hosts: [{name: all, domains: ['*'], routes: [{
                          match: {prefix: /}, direct_response: {status: 200}}]}]}}}]
                """
                        .formatted(server.certificate(), server.key());
        proxy =
                Proxy.start(
                        BootstrapParser.parse("test", bootstrap),
                        ProxySettings.ofProcess().withWorkers(1));
        port = proxy.listenerAddress("web").orElseThrow().getPort();
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /// Waits for the other side to close, whatever it says before.
    private static boolean isClosed(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (java.net.SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    private long stat(String name) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var uri =
                    URI.create(
                            "http://127.0.0.1:"
                                    + proxy.adminAddress().orElseThrow().getPort()
                                    + "/stats?filter="
                                    + name);
            String text =
                    http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
            return text.lines()
                    .filter(l -> l.startsWith(name + ":"))
                    .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(':') + 1).strip()))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /// A client that believes everybody: it is not the one that is tested.
    private static SSLContext trusting() throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new X509TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(
                                java.security.cert.X509Certificate[] chain, String type) {}

                        @Override
                        public void checkServerTrusted(
                                java.security.cert.X509Certificate[] chain, String type) {}

                        @Override
                        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
                            return new java.security.cert.X509Certificate[0];
                        }
                    }
                },
                null);
        return context;
    }

    private SSLSocket client() throws Exception {
        var socket =
                (SSLSocket)
                        trusting()
                                .getSocketFactory()
                                .createSocket(connect(), "localhost", port, true);
        socket.startHandshake();
        return socket;
    }

    private static String ask(SSLSocket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[4096];
        int length = socket.getInputStream().read(answer);
        return new String(answer, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    private static byte[] hello() throws Exception {
        SSLEngine engine = trusting().createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        ByteBuffer bytes = ByteBuffer.allocate(1 << 15);
        engine.wrap(ByteBuffer.allocate(0), bytes);
        byte[] hello = new byte[bytes.flip().remaining()];
        bytes.get(hello);
        return hello;
    }

    /// D05: a client hello of 16 MiB, said in nine bytes.
    @Test
    void aHelloThatSaysItIsHugeIsNotWaitedFor() throws Exception {
        try (Socket liar = connect()) {
            byte[] first = {
                0x16, 0x03, 0x01, 0x40, 0x00, 0x01, (byte) 0xff, (byte) 0xff, (byte) 0xff
            };
            liar.getOutputStream().write(first);
            assertThat(isClosed(liar)).isTrue();
        }
        try (SSLSocket good = client()) {
            assertThat(ask(good)).startsWith("HTTP/1.1 200");
        }
    }

    /// D05: a client hello in one-byte records, as slowly as may be, is one all the same.
    @Test
    void aHelloInPiecesIsAHello() throws Exception {
        byte[] hello = hello();
        try (Socket slow = connect()) {
            slow.setTcpNoDelay(true);
            OutputStream out = slow.getOutputStream();
            // The body of its one record, a byte for each of many records.
            for (int i = 5; i < hello.length; i++) {
                out.write(new byte[] {0x16, 0x03, 0x01, 0x00, 0x01, hello[i]});
            }
            // A server hello, or an alert that says why not: never silence.
            assertThat(slow.getInputStream().read()).isIn(0x15, 0x16);
        }
    }

    /// D05: renegotiation, which TLS 1.3 does not have, is refused in TLS 1.2.
    @Test
    void renegotiationIsRefused() throws Exception {
        Process openssl =
                new ProcessBuilder(
                                "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-tls1_2")
                        .redirectErrorStream(true)
                        .start();
        assumeTrue(openssl.isAlive(), "openssl is not there");
        openssl.getOutputStream().write("R\n".getBytes(StandardCharsets.US_ASCII));
        openssl.getOutputStream().flush();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("RENEGOTIATING").containsIgnoringCase("no renegotiation");
        assertThat(openssl.exitValue()).isNotZero();
    }

    /// D05: a client that begins with a fatal alert, or with two.
    @Test
    void aFatalAlertInThePlaceOfAHelloEndsTheConnection() throws Exception {
        byte[] alert = {0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28};
        try (Socket rude = connect()) {
            rude.getOutputStream().write(alert);
            assertThat(isClosed(rude)).isTrue();
        }
        try (SSLSocket good = client()) {
            assertThat(ask(good)).startsWith("HTTP/1.1 200");
        }
    }

    /// D05: keys that are changed again and again, and nothing else said.
    @Test
    void keysThatChangeWithoutEndEndTheConnection() throws Exception {
        Process openssl =
                new ProcessBuilder(
                                "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-tls1_3")
                        .redirectErrorStream(true)
                        .start();
        assumeTrue(openssl.isAlive(), "openssl is not there");
        try (SSLSocket good = client()) {
            OutputStream keys = openssl.getOutputStream();
            try {
                for (int i = 0; i < 1_000 && openssl.isAlive(); i++) {
                    // Each line is read by itself, so that each makes a message.
                    keys.write("k\n".getBytes(StandardCharsets.US_ASCII));
                    keys.flush();
                    TimeUnit.MICROSECONDS.sleep(500);
                }
            } catch (IOException _) {
                // It ended.
            }
            assertThat(openssl.waitFor(20, TimeUnit.SECONDS)).isTrue();
            String said =
                    new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).contains("KEYUPDATE");
            assertThat(openssl.exitValue()).isNotZero();
            assertThat(ask(good)).startsWith("HTTP/1.1 200");
        } finally {
            openssl.destroyForcibly();
        }
    }

    /// D05: early data, which anybody can send again, is not taken: neither is it offered by
    /// tickets, nor does a client get anything by sending it all the same.
    @Test
    void earlyDataIsRefused() throws Exception {
        Path session = directory.resolve("session");
        Path early = Files.writeString(directory.resolve("early"), "GET /early HTTP/1.1\r\n");
        String asked = openssl("-sess_out", session.toString());
        assertThat(asked).contains("HTTP/1.1 200").contains("Max Early Data: 0");
        assertThat(openssl("-sess_in", session.toString(), "-early_data", early.toString()))
                .contains("Reused, TLSv1.3")
                .contains("Early data was not sent");

        Files.writeString(session, offering(Files.readString(session)));
        assertThat(openssl("-sess_in", session.toString(), "-early_data", early.toString()))
                .contains("Early data was rejected")
                .contains("HTTP/1.1 200");
        assertThat(stat("http.web.downstream_rq_total")).isEqualTo(3);
    }

    /// Says a whole request to the proxy.
    private String openssl(String... options) throws Exception {
        var command =
                new ArrayList<String>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + port,
                                "-tls1_3",
                                "-ign_eof"));
        command.addAll(List.of(options));
        Process openssl = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream out = openssl.getOutputStream()) {
            out.write(
                    "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
        }
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /// A session of OpenSSL, in its text form, that says that the server takes early data: field 15
    /// of the sequence, which is in the order of its fields.
    private static String offering(String session) {
        String base64 = session.replaceAll("-----[A-Z ]+-----|\\s", "");
        ByteBuffer der = ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        der.position(1);
        length(der);
        var fields = new ByteArrayOutputStream();
        boolean isDone = false;
        while (der.hasRemaining()) {
            der.mark();
            int tag = der.get() & 0xff;
            int end = length(der) + der.position();
            der.reset();
            var field = new byte[end - der.position()];
            der.get(field);
            if (tag > 0xaf && !isDone) {
                isDone = true;
                fields.writeBytes(HexFormat.of().parseHex("af0402024000"));
            }
            fields.writeBytes(field);
        }
        if (!isDone) {
            fields.writeBytes(HexFormat.of().parseHex("af0402024000"));
        }
        var whole = ByteBuffer.allocate(fields.size() + 4);
        whole.put((byte) 0x30).put((byte) 0x82).putShort((short) fields.size());
        whole.put(fields.toByteArray());
        return "-----BEGIN SSL SESSION PARAMETERS-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(whole.array())
                + "\n-----END SSL SESSION PARAMETERS-----\n";
    }

    /// Of what follows a tag.
    private static int length(ByteBuffer der) {
        int first = der.get() & 0xff;
        int length = first;
        if (first > 0x80) {
            length = 0;
            for (int i = 0; i < (first & 0x7f); i++) {
                length = length << 8 | (der.get() & 0xff);
            }
        }
        return length;
    }

    /// D07: more clients say hello, and then nothing, than may be in a handshake.
    @Test
    void aFloodOfHandshakesKeepsNobodyElseOut() throws Exception {
        int flood = 1_200;
        int most = 1_024;
        byte[] hello = hello();
        var attackers = new ArrayList<Socket>();
        try (SSLSocket before = client()) {
            for (int i = 0; i < flood; i++) {
                Socket attacker = connect();
                attackers.add(attacker);
                attacker.getOutputStream().write(hello);
            }
            assertThat(ask(before)).startsWith("HTTP/1.1 200");
            try (SSLSocket after = client()) {
                assertThat(ask(after)).startsWith("HTTP/1.1 200");
            }
            await(() -> stat("listener.web.ssl.handshake_overflow") >= flood - most);
            assertThat(isClosed(attackers.getFirst())).isTrue();
            assertThat(ask(before)).startsWith("HTTP/1.1 200");
        } finally {
            for (Socket attacker : attackers) {
                attacker.close();
            }
        }
    }
}
