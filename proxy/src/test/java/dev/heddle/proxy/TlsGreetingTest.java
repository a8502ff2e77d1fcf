package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server of bytes that speaks first, behind TLS that ends at the proxy. The client is `openssl`,
/// which has nothing to say.
class TlsGreetingTest {
    private static final String GREETING = "220 at your service";

    @TempDir Path directory;

    private final List<AutoCloseable> parts = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : parts.reversed()) {
            part.close();
        }
    }

    private int server() throws IOException {
        var server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        parts.add(server);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (true) {
                            Socket client = server.accept();
                            parts.add(client);
                            client.getOutputStream()
                                    .write((GREETING + "\n").getBytes(StandardCharsets.US_ASCII));
                        }
                    } catch (IOException _) {
                        // Closed.
                    }
                });
        return server.getLocalPort();
    }

    private Proxy start(TestAuthority root, String filters) throws Exception {
        Leaf leaf = root.leaf("server", "DNS:localhost");
        String bootstrap =
                """
                static_resources:
                  listeners:
                  - name: mail
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    listener_filters: [%s]
                    filter_chains:
                    - filter_chain_match: {server_names: [localhost]}
                      transport_socket:
                        name: tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.\
                DownstreamTlsContext
                          common_tls_context:
                            tls_certificates:
                            - certificate_chain: {filename: '%s'}
                              private_key: {filename: '%s'}
                      filters:
                      - name: envoy.filters.network.tcp_proxy
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.\
                v3.TcpProxy
                          stat_prefix: mail
                          cluster: mail
                  clusters:
                  - name: mail
                    load_assignment: {cluster_name: mail, endpoints: [{lb_endpoints: [{endpoint:
                      {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
                """
                        .formatted(filters, leaf.certificate(), leaf.key(), server());
        Proxy proxy =
                Proxy.start(
                        BootstrapParser.parse("test", bootstrap),
                        ProxySettings.ofProcess().withWorkers(1));
        parts.add(proxy);
        return proxy;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void theClientHearsItWithoutSayingAnything(String version) throws Exception {
        TestAuthority root = TestAuthority.root(directory, "root");
        Proxy proxy =
                start(
                        root,
                        "{name: i, typed_config: {'@type': type.googleapis.com/envoy.extensions."
                                + "filters.listener.tls_inspector.v3.TlsInspector}}");
        int port = proxy.listenerAddress("mail").orElseThrow().getPort();
        for (int i = 0; i < 3; i++) {
            Process client =
                    new ProcessBuilder(
                                    "openssl",
                                    "s_client",
                                    "-quiet",
                                    version,
                                    "-servername",
                                    "localhost",
                                    "-connect",
                                    "127.0.0.1:" + port)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            parts.add(client::destroy);
            Thread timer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    TimeUnit.SECONDS.sleep(10);
                                    client.destroy();
                                } catch (InterruptedException _) {
                                    // It was heard.
                                }
                            });
            var heard =
                    new BufferedReader(
                            new InputStreamReader(
                                    client.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(heard.readLine()).as("connection %d", i).isEqualTo(GREETING);
            timer.interrupt();
        }
    }
}
