package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.config.ProxyBootstrap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A proxy whose memory fills up, over real sockets: it sheds in steps, and comes back.
class OverloadTest {
    private static final String BOOTSTRAP =
            """
            node: {id: full, cluster: full}
            overload_manager:
              refresh_interval: 0.01s
              resource_monitors:
              - name: envoy.resource_monitors.fixed_heap
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.\
            FixedHeapConfig
                  max_heap_size_bytes: 1000
              actions:
              - name: envoy.overload_actions.disable_http_keepalive
                triggers:
                - name: envoy.resource_monitors.fixed_heap
                  threshold: {value: 0.8}
              - name: envoy.overload_actions.stop_accepting_requests
                triggers:
                - name: envoy.resource_monitors.fixed_heap
                  threshold: {value: 0.9}
              - name: envoy.overload_actions.%s
                triggers:
                - name: envoy.resource_monitors.fixed_heap
                  threshold: {value: 0.95}
            static_resources:
              listeners:
              - name: web
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.\
            http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: web
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.\
            Router
                      route_config:
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /}
                            direct_response: {status: 200, body: {inline_string: fine}}
            """;

    private final AtomicLong used = new AtomicLong();
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = proxy("stop_accepting_connections");
    }

    private Proxy proxy(String lastAction) throws Exception {
        ProxyBootstrap bootstrap =
                BootstrapParser.parse("bootstrap", BOOTSTRAP.formatted(lastAction));
        ProxySettings settings = ProxyTest.settings();
        return Proxy.start(
                bootstrap,
                settings,
                ProxyHost.ofProcess(bootstrap, settings).withMemory(used::get));
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void clientsAreShedInSteps() throws Exception {
        awaitAnswer(500, "HTTP/1.1 200 OK", "fine");
        assertThat(answer()).doesNotContain("connection: close");
        awaitAnswer(850, "HTTP/1.1 200 OK", "connection: close");
        awaitAnswer(920, "HTTP/1.1 503 Service Unavailable", "envoy overloaded");
        awaitAnswer(100, "HTTP/1.1 200 OK", "fine");
    }

    @Test
    void connectionsWaitUntilThereIsRoom() throws Exception {
        used.set(990);
        awaitSilence();
        try (Socket waiting = connect()) {
            send(waiting);
            used.set(100);
            waiting.setSoTimeout(10_000);
            assertThat(receive(waiting)).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void connectionsAreClosedWhereThatIsAskedFor() throws Exception {
        proxy.close();
        proxy = proxy("reject_incoming_connections");
        used.set(990);
        awaitAnswer(990, "");
        awaitAnswer(100, "HTTP/1.1 200 OK");
    }

    @Test
    void whatIsNotDoneIsNotAccepted() {
        expectRefused(
                "read_minds",
                "overload_manager.actions[2].name:"
                        + " 'envoy.overload_actions.read_minds' is not implemented");
    }

    @Test
    void requestsAreNotResetByMemoryThatNobodyWatches() {
        expectRefused(
                "reset_high_memory_stream",
                "overload_manager.buffer_factory_config.minimum_account_to_track_power_of_two:"
                        + " is missing, and an action resets streams by it");
    }

    private static void expectRefused(String action, String why) {
        assertThatThrownBy(() -> BootstrapParser.parse("bootstrap", BOOTSTRAP.formatted(action)))
                .isInstanceOf(BootstrapException.class)
                .hasMessageContaining(why);
    }

    private Socket connect() throws IOException {
        InetSocketAddress address = proxy.listenerAddress("web").orElseThrow();
        return new Socket(address.getAddress(), address.getPort());
    }

    private static void send(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String receive(Socket socket) throws IOException {
        byte[] bytes = new byte[4096];
        int n = socket.getInputStream().read(bytes);
        return n < 0 ? "" : new String(bytes, 0, n, StandardCharsets.US_ASCII);
    }

    /// What one client gets; empty when its connection is closed.
    private String answer() throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout(10_000);
            send(socket);
            return receive(socket);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException _) {
            return "";
        }
    }

    private void awaitAnswer(long bytes, String... parts) throws Exception {
        used.set(bytes);
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        String last = answer();
        while (!isAnswer(last, parts) && System.nanoTime() < until) {
            Thread.sleep(5);
            last = answer();
        }
        assertThat(isAnswer(last, parts)).as("at %d bytes: %s", bytes, last).isTrue();
    }

    private static boolean isAnswer(String text, String... parts) {
        for (String part : parts) {
            if (part.isEmpty() ? !text.isEmpty() : !text.contains(part)) {
                return false;
            }
        }
        return true;
    }

    /// Waits until a new connection is not served.
    private void awaitSilence() throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < until) {
            try (Socket socket = connect()) {
                socket.setSoTimeout(300);
                send(socket);
                receive(socket);
            } catch (SocketTimeoutException _) {
                return;
            }
        }
        throw new AssertionError("connections are still taken");
    }
}
