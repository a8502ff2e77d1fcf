package dev.heddle.e2e.traces;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.e2e.DataPlane;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Four services, `a` to `d`, each of which asks the next through its sidecar and tells it which
/// trace it is in, as an application does that hands headers on; the control plane that configures
/// the sidecars.
final class Chain implements AutoCloseable {
    private static final List<String> NAMES = List.of("a", "b", "c", "d");
    private static final List<String> HANDED_ON =
            List.of(
                    "traceparent",
                    "tracestate",
                    "x-b3-traceid",
                    "x-b3-spanid",
                    "x-b3-parentspanid",
                    "x-b3-sampled",
                    "x-request-id");

    private final Path dir;
    private final Parts parts = new Parts();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ControlPlane control;
    private final int door;

    /// @param planes of the sidecars, in order
    /// @param collectors host, port and protocol of those that take spans, as in `zipkin.observe
    ///   9411 HTTP`, by the ports where they really are
    Chain(Path dir, List<DataPlane> planes, Map<Integer, String> collectors) throws IOException {
        this.dir = dir;
        Files.createDirectories(dir.resolve("config"));
        var services = new StringBuilder();
        int[] doors = new int[NAMES.size()];
        for (int i = 0; i < doors.length; i++) {
            doors[i] = FreePorts.one();
            services.append(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %1$s}
                    spec: {selector: {app: %1$s}, ports: [{name: http, port: 9080}]}
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: %1$s}
                    spec: {address: 127.0.0.1, ports: {http: %2$d}, labels: {app: %1$s}}
                    ---
                    """
                            .formatted(NAMES.get(i), doors[i]));
        }
        collectors.forEach((port, said) -> {
            String[] words = said.split(" ", -1);
            services.append(
                    """
                    apiVersion: networking.istio.io/v1
                    kind: ServiceEntry
                    metadata: {name: %s}
                    spec:
                      hosts: [%s]
                      ports: [{number: %s, name: spans, protocol: %s}]
                      resolution: STATIC
                      endpoints: [{address: 127.0.0.1, ports: {spans: %d}}]
                    ---
                    """
                            .formatted(
                                    words[0].replace(".", "-"),
                                    words[0],
                                    words[1],
                                    words[2],
                                    port));
        });
        write("services.yaml", services.toString());
        control =
                ControlPlane.start(
                        ControlBootstrap.of(
                                dir.resolve("config"),
                                dir.resolve("data"),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        parts.add(control);
        for (int i = 0; i < doors.length; i++) {
            sidecar(planes.get(i), i, doors[i]);
        }
        door = doors[0];
    }

    private void sidecar(DataPlane plane, int index, int bind) throws IOException {
        String name = NAMES.get(index);
        int outbound = FreePorts.one();
        int application = application(index, outbound);
        Path own = Files.createDirectories(dir.resolve(name));
        Path bootstrap = own.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "sidecar~127.0.0.1~%s.default~default.svc.cluster.local"
                                        .formatted(name),
                                name + ".default",
                                "default",
                                Map.of("app", name),
                                """
                                {httpProxy: "127.0.0.1:%d", inbound: \
                                [{port: 9080, bind: "127.0.0.1:%d", application: "127.0.0.1:%d"}]}\
                                """
                                        .formatted(outbound, bind, application),
                                FreePorts.one(),
                                control.xdsAddress().getPort())
                        .text());
        parts.add(plane.start(bootstrap));
    }

    private int application(int index, int outbound) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient next =
                HttpClient.newBuilder()
                        .proxy(
                                ProxySelector.of(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), outbound)))
                        .build();
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(status(exchange, index, next), -1);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        server.start();
        parts.add(threads::shutdownNow);
        parts.add(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private static int status(HttpExchange exchange, int index, HttpClient next)
            throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        if (index + 1 == NAMES.size()) {
            return path.equals("/fail") ? 503 : 200;
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://" + NAMES.get(index + 1) + ".default:9080" + path));
        for (String name : HANDED_ON) {
            Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
                    .ifPresent(value -> request.header(name, value));
        }
        return next.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /// Puts a file of configuration in force.
    void write(String name, String text) throws IOException {
        Path next = dir.resolve("." + name);
        Files.writeString(next, text);
        Files.move(
                next,
                dir.resolve("config").resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// Asks the first service.
    ///
    /// @param headers names and values by turns
    /// @return the status; 0 for no answer
    int ask(String path, String... headers) throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException _) {
            return 0;
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
