package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.runtime.Transport;
import io.netty.util.ResourceLeakDetector;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A request of a sidecar's usual kind is no garbage: counted by the virtual machine, on the
/// worker's thread, so that neither the machine nor its load changes the outcome. On epoll, as the
/// library that speaks io_uring makes an object for each operation, which only the optimizing
/// compiler takes away again.
@Tag("optimized")
class AllocationTest {
    private static final int HOSTS = 100;
    private static final int ROUTES_PER_HOST = 10;
    private static final int CONNECTIONS = 4;
    private static final int WARM_UP = 12_000;
    private static final int MEASURED = 4_000;

    /// How many times is counted: the virtual machine may still be compiling in the first ones.
    private static final int ROUNDS = 5;

    private static final double MOST_BYTES = 64;

    /// Where requests are followed and one of a hundred is told of: ids, and what hands them on.
    private static final double MOST_BYTES_FOLLOWED = 512;

    /// Of HTTP/2 on both sides, with many streams at once: the stream itself, and what is not known
    /// of its names.
    private static final double MOST_BYTES_HTTP2 = 512;

    private static final int STREAMS = 64;

    private static final String FOLLOWED =
            """
            tracing:
              random_sampling: {value: 1}
              provider:
                name: zipkin
                typed_config:
                  "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
                  collector_cluster: origin
                  collector_endpoint: /api/v2/spans
                  collector_endpoint_version: HTTP_JSON
            """;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ResourceLeakDetector.Level leaks = ResourceLeakDetector.getLevel();

    @TempDir Path directory;

    /// As [ProxyMain] does: looking for leaks allocates.
    @BeforeEach
    void stopLookingForLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void lookForLeaks() {
        ResourceLeakDetector.setLevel(leaks);
    }

    @Test
    void aRequestWithAllTheWorkOfASidecarAllocatesNextToNothing() throws Exception {
        allocates(MOST_BYTES, "", "x-b3-sampled: 0");
    }

    @Test
    void aRequestThatIsFollowedAllocatesItsIds() throws Exception {
        allocates(MOST_BYTES_FOLLOWED, FOLLOWED, "x-b3-traceid: ");
    }

    /// Between two other proxies, which speak HTTP/1.1 to clients and to the origin.
    @Test
    void aRequestOfHttp2OnBothSidesAllocatesItsStreams() throws Exception {
        assumeTrue(Transport.EPOLL.isAvailable(), "no epoll here");
        try (var origin = new Origin();
                Proxy last = through(origin.port(), false)) {
            Set<Long> before = workers();
            try (Proxy measured = through(port(last), true)) {
                long worker = only(before);
                try (Proxy first = through(port(measured), true);
                        var clients = new Clients(port(first), STREAMS)) {
                    assertThat(leastAllocated(worker, clients))
                            .as("bytes on the heap per request")
                            .isLessThanOrEqualTo(MOST_BYTES_HTTP2);
                }
            }
        }
    }

    /// A proxy that passes everything on, in HTTP/2 or not.
    private static Proxy through(int port, boolean isHttp2) throws Exception {
        String protocol =
                """
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.\
                HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                """;
        return Proxy.start(
                BootstrapParser.parse(
                        "test",
                        """
                        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                        static_resources:
                          listeners:
                          - name: in
                            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.http_connection_manager
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.\
                        http_connection_manager.v3.HttpConnectionManager
                                  stat_prefix: in
                                  http_filters:
                                  - name: envoy.filters.http.router
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.filters.http.\
                        router.v3.Router
                                  route_config:
                                    name: routes
                                    response_headers_to_add:
                                    - header: {key: x-served-by, value: test}
                                      append_action: OVERWRITE_IF_EXISTS_OR_ADD
                                    virtual_hosts:
                                    - name: all
                                      domains: ["*"]
                                      routes:
                                      - match: {prefix: /}
                                        route: {cluster: next}
                          clusters:
                          - name: next
                        %s\
                            load_assignment:
                              cluster_name: next
                              endpoints:
                              - lb_endpoints:
                                - endpoint:
                                    address:
                                      socket_address: {address: 127.0.0.1, port_value: %d}
                        """
                                .formatted(isHttp2 ? protocol : "", port)),
                settings());
    }

    private static int port(Proxy proxy) {
        return proxy.listenerAddress("in").orElseThrow().getPort();
    }

    /// @param tracing lines of the connection manager
    /// @param told what the upstream gets
    private void allocates(double most, String tracing, String told) throws Exception {
        assumeTrue(Transport.EPOLL.isAvailable(), "no epoll here");
        Path log = directory.resolve("access.log");
        Set<Long> before = workers();
        try (var origin = new Origin();
                Proxy proxy =
                        Proxy.start(
                                BootstrapParser.parse(
                                        "test", bootstrap(log, origin.port(), tracing)),
                                settings());
                var clients = new Clients(port(proxy), CONNECTIONS)) {
            double least = leastAllocated(only(before), clients);
            assertThat(least).as("bytes on the heap per request").isLessThanOrEqualTo(most);
            assertThat(origin.lastHead())
                    .contains("x-request-id: ", told)
                    .doesNotContain("user-agent");
        }
        assertThat(Files.readAllLines(log))
                .hasSize(WARM_UP + ROUNDS * MEASURED)
                .allMatch(line -> line.contains("\" 200 - 0 1024 "));
    }

    private static double leastAllocated(long worker, Clients clients) throws IOException {
        clients.ask(WARM_UP);
        double least = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = THREADS.getThreadAllocatedBytes(worker);
            clients.ask(MEASURED);
            long more = THREADS.getThreadAllocatedBytes(worker) - allocated;
            least = Math.min(least, (double) more / MEASURED);
        }
        return least;
    }

    /// The one worker that there was not before.
    private static long only(Set<Long> before) {
        Set<Long> started = workers();
        started.removeAll(before);
        assertThat(started).hasSize(1);
        return started.iterator().next();
    }

    private static ProxySettings settings() {
        return ProxyTest.settings(1, Transport.EPOLL);
    }

    private static Set<Long> workers() {
        var ids = new HashSet<Long>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("worker-")) {
                ids.add(thread.threadId());
            }
        }
        return ids;
    }

    /// A thousand routes, an access log, a request id, headers set and removed both ways.
    private static String bootstrap(Path log, int origin, String tracing) {
        var text = new StringBuilder();
        text.append(
                """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.\
                http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          access_log:
                          - name: file
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.\
                file.v3.FileAccessLog
                              path: %s
                %s\
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.\
                router.v3.Router
                          route_config:
                            name: routes
                            request_headers_to_add:
                            - header: {key: x-b3-sampled, value: "0"}
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            request_headers_to_remove: [user-agent]
                            response_headers_to_add:
                            - header: {key: x-served-by, value: test}
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            virtual_hosts:
                """
                        .formatted(log, tracing.indent(10)));
        for (int host = 0; host < HOSTS; host++) {
            text.append("            - name: h%d\n".formatted(host));
            text.append("              domains: [h%d.test]\n".formatted(host));
            text.append("              routes:\n");
            for (int route = 0; route < ROUTES_PER_HOST; route++) {
                text.append("              - match: {prefix: /r/%d/}\n".formatted(route));
                text.append("                route: {cluster: origin}\n");
            }
        }
        text.append(
                """
                  clusters:
                  - name: origin
                    load_assignment:
                      cluster_name: origin
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                """
                        .formatted(origin));
        return text.toString();
    }

    /// Keep-alive connections that ask for another path each time.
    private static final class Clients implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();
        private final List<InputStream> answers = new ArrayList<>();
        private int asked;

        Clients(int port, int connections) throws IOException {
            for (int i = 0; i < connections; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                answers.add(new BufferedInputStream(socket.getInputStream()));
            }
        }

        void ask(int requests) throws IOException {
            for (int done = 0; done < requests; done += sockets.size()) {
                for (Socket socket : sockets) {
                    asked++;
                    socket.getOutputStream()
                            .write(
                                    """
                                    GET /r/%d/things/%08d?full=yes HTTP/1.1\r
                                    host: h%d.test\r
                                    user-agent: test\r
                                    accept: */*\r
                                    \r
                                    """
                                            .formatted(asked % ROUTES_PER_HOST, asked, 50)
                                            .getBytes(StandardCharsets.US_ASCII));
                }
                for (InputStream answer : answers) {
                    assertThat(head(answer))
                            .startsWith("HTTP/1.1 200 OK\r\n")
                            .contains("x-served-by: test\r\n");
                    answer.skipNBytes(1024);
                }
            }
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /// Answers everything with 1 KB.
    private static final class Origin implements AutoCloseable {
        private final ServerSocket server =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private volatile String lastHead = "";

        Origin() throws IOException {
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            while (true) {
                                Socket socket = server.accept();
                                socket.setTcpNoDelay(true);
                                Thread.ofVirtual().start(() -> answer(socket));
                            }
                        } catch (IOException e) {
                            // The test is over.
                        }
                    });
        }

        int port() {
            return server.getLocalPort();
        }

        String lastHead() {
            return lastHead;
        }

        private void answer(Socket socket) {
            byte[] answer =
                    ("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1024\r\n\r\n"
                                    + "x".repeat(1024))
                            .getBytes(StandardCharsets.US_ASCII);
            try (socket) {
                var in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                while (true) {
                    lastHead = head(in);
                    out.write(answer);
                }
            } catch (IOException e) {
                // The proxy is gone.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("ended after '" + head + "'");
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
