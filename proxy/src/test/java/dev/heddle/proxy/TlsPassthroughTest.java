package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TLS between the JDK's client and OpenSSL's servers, passed on by the name in the client hello:
/// by our proxy, and by stock Envoy.
class TlsPassthroughTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";

    @TempDir Path directory;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(Process::destroyForcibly);
    }

    /// Starts a server with a certificate of that name, which sends each line back in reverse.
    private int server(String name) throws Exception {
        Path key = directory.resolve(name + ".key");
        Path certificate = directory.resolve(name + ".crt");
        Process making =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-days",
                                "1",
                                "-subj",
                                "/CN=" + name,
                                "-keyout",
                                key.toString(),
                                "-out",
                                certificate.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".log").toFile())
                        .start();
        assertThat(making.waitFor(30, TimeUnit.SECONDS)).isTrue();
        int port = FreePorts.one();
        Process server =
                new ProcessBuilder(
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:" + port,
                                "-cert",
                                certificate.toString(),
                                "-key",
                                key.toString(),
                                "-rev",
                                "-quiet")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".server.log").toFile())
                        .start();
        servers.add(server);
        awaitOpen(server, port);
        return port;
    }

    private static void awaitOpen(Process server, int port) throws Exception {
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                assertThat(server.isAlive()).as("openssl s_server").isTrue();
                server.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static String bootstrap(int port, int one, int two) {
        return """
        static_resources:
          listeners:
          - name: tls
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            listener_filters:
            - {name: t, typed_config: {"@type": %slistener.tls_inspector.v3.TlsInspector}}
            filter_chains:
            - filter_chain_match: {server_names: [one.example.com]}
              filters: [%s]
            - filter_chain_match: {server_names: ["*.example.com"]}
              filters: [%s]
          clusters: [%s, %s]
        """
                .formatted(
                        port,
                        TYPE,
                        proxy("one"),
                        proxy("two"),
                        cluster("one", one),
                        cluster("two", two));
    }

    private static String proxy(String cluster) {
        return "{name: t, typed_config: {'@type': "
                + TYPE
                + "network.tcp_proxy.v3.TcpProxy, stat_prefix: s, cluster: "
                + cluster
                + "}}";
    }

    private static String cluster(String name, int port) {
        return "{name: %s, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: %s,"
                        .formatted(name, name)
                + " endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address:"
                + " 127.0.0.1, port_value: "
                + port
                + "}}}}]}]}}";
    }

    @Test
    void theNameInTheHelloDecidesAndTheBytesStaySecret() throws Exception {
        int one = server("one");
        int two = server("two");
        try (var planes =
                DataPlanes.start(directory, 1, ports -> bootstrap(ports.getFirst(), one, two))) {
            for (DataPlanes.Plane plane : planes.all()) {
                int port = plane.ports().getFirst();
                assertThat(called(port, "one.example.com")).isEqualTo("CN=one: olleh");
                assertThat(called(port, "ONE.example.com")).isEqualTo("CN=one: olleh");
                assertThat(called(port, "other.example.com")).isEqualTo("CN=two: olleh");
                assertThatThrownBy(() -> called(port, "example.org"))
                        .as(plane.name())
                        .isInstanceOf(IOException.class);
            }
        }
    }

    /// Whose certificate the client saw, and what it was told.
    private static String called(int port, String name) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, new SecureRandom());
        try (var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            var parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            var peer = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            return peer.getSubjectX500Principal().getName() + ": " + in.readLine();
        }
    }

    /// The certificates are made for the test; who signed them is nobody's question here.
    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
