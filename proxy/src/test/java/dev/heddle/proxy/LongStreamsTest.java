package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.config.ResourceTexts;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.grpc.RawMessages;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An event stream, a WebSocket and a call of gRPC that goes both ways live on while everything
/// about them is configured anew, and each piece of them arrives before the next is sent.
@Timeout(60)
class LongStreamsTest {
    private static final MethodDescriptor<byte[], byte[]> BOTH =
            MethodDescriptor.newBuilder(new RawMessages(), new RawMessages())
                    .setType(MethodType.BIDI_STREAMING)
                    .setFullMethodName("echo.Echo/both")
                    .build();

    /// Pushes to the one proxy that there is.
    private static final class ControlPlane implements XdsHandler {
        private final List<XdsStream> streams = new CopyOnWriteArrayList<>();
        private final List<String> nacks = new CopyOnWriteArrayList<>();
        private final Map<XdsType, String> acks = new ConcurrentHashMap<>();
        private final AtomicReference<Snapshot> target;

        ControlPlane(Snapshot first) {
            target = new AtomicReference<>(first);
        }

        @Override
        public void onOpened(XdsStream stream) {
            streams.add(stream);
            stream.push(target.get());
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {
            acks.put(type, version);
        }

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {
            nacks.add(text);
        }

        @Override
        public void onClosed(XdsStream stream, String reason) {
            streams.remove(stream);
        }

        /// Pushes, and waits until the proxy has that type.
        void push(Snapshot snapshot, XdsType changed) throws InterruptedException {
            target.set(snapshot);
            streams.forEach(stream -> stream.push(snapshot));
            await(() -> snapshot.version().equals(acks.get(changed)), () -> changed + " " + acks);
        }

        void await(BooleanSupplier condition, Supplier<String> what) throws InterruptedException {
            for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
                assertThat(nacks).isEmpty();
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(condition.getAsBoolean()).as(what.get()).isTrue();
        }
    }

    /// Sends an event for each line that it is given.
    private static final class Events implements AutoCloseable {
        private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer server;

        Events() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext(
                    "/events",
                    exchange -> {
                        exchange.getResponseHeaders().set("content-type", "text/event-stream");
                        exchange.sendResponseHeaders(200, 0);
                        try (OutputStream out = exchange.getResponseBody()) {
                            while (true) {
                                out.write(lines.take().getBytes(StandardCharsets.UTF_8));
                                out.flush();
                            }
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        @Override
        public void close() {
            threads.shutdownNow();
            server.stop(0);
        }
    }

    /// Puts what it hears into a queue.
    private record Into(LinkedBlockingQueue<String> heard)
            implements WebSocket.Listener, StreamObserver<byte[]> {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add(data.toString());
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable cause) {
            heard.add(String.valueOf(cause));
        }

        @Override
        public void onNext(byte[] value) {
            heard.add(new String(value, StandardCharsets.UTF_8));
        }

        @Override
        public void onError(Throwable cause) {
            heard.add(String.valueOf(cause));
        }

        @Override
        public void onCompleted() {
            heard.add("completed");
        }

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
        }
    }

    private static StreamObserver<byte[]> echo(StreamObserver<byte[]> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                answer.onNext(value);
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private static Server grpc() throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(
                        ServerServiceDefinition.builder("echo.Echo")
                                .addMethod(
                                        BOTH,
                                        ServerCalls.asyncBidiStreamingCall(LongStreamsTest::echo))
                                .build())
                .build()
                .start();
    }

    private static ProxySettings settings() {
        return ProxyTest.settings().withDrain(DrainPlan.gradual(Duration.ofMinutes(5)));
    }

    @Test
    void streamsOutliveEveryChangeOfConfiguration() throws Exception {
        Server grpc = grpc();
        try (var webSockets = new WebSocketServer();
                var events = new Events()) {
            var hosts = new ResourceTexts.Streams(webSockets.port(), events.port(), grpc.getPort());
            var plane = new ControlPlane(hosts.snapshot("1", "s", "a", 1));
            try (XdsServer server =
                            XdsServer.start(
                                    XdsServer.Settings.on(
                                            new InetSocketAddress(
                                                    InetAddress.getLoopbackAddress(), 0)),
                                    plane);
                    Proxy proxy =
                            Proxy.start(
                                    BootstrapParser.parse(
                                            "test",
                                            ResourceTexts.bootstrap(server.address().getPort())),
                                    settings());
                    HttpClient client = HttpClient.newHttpClient()) {
                plane.await(proxy::isLive, () -> "live " + plane.acks);
                int port = proxy.listenerAddress("web").orElseThrow().getPort();
                ManagedChannel channel =
                        NettyChannelBuilder.forAddress(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), port))
                                .usePlaintext()
                                .build();
                try {
                    var streams = new Streams(client, port, channel, events);
                    streams.allPass("at first");
                    plane.push(hosts.snapshot("2", "s", "b", 1), XdsType.ROUTE);
                    streams.allPass("after the routes changed");
                    plane.push(hosts.snapshot("3", "s", "b", 2), XdsType.CLUSTER);
                    streams.allPass("after the clusters changed");
                    plane.push(hosts.snapshot("4", "other", "b", 2), XdsType.LISTENER);
                    streams.allPass("while the filter chain drains");
                    plane.push(hosts.empty("5"), XdsType.CLUSTER);
                    streams.allPass("with nothing configured any more");
                    assertThat(plane.nacks).isEmpty();
                } finally {
                    channel.shutdownNow();
                    // It would wait for the event stream, which has no end.
                    client.shutdownNow();
                }
            }
        } finally {
            grpc.shutdownNow();
        }
    }

    /// The client's ends of the streams.
    private static final class Streams {
        private final Into webSocketHears = new Into(new LinkedBlockingQueue<>());
        private final Into callHears = new Into(new LinkedBlockingQueue<>());
        private final Events events;
        private final WebSocket webSocket;
        private final StreamObserver<byte[]> call;
        private final BufferedReader lines;

        Streams(HttpClient client, int port, ManagedChannel channel, Events events)
                throws Exception {
            this.events = events;
            this.webSocket =
                    client.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + port + "/ws"), webSocketHears)
                            .get(10, TimeUnit.SECONDS);
            this.call =
                    ClientCalls.asyncBidiStreamingCall(
                            channel.newCall(BOTH, CallOptions.DEFAULT), callHears);
            // The server may send its head with the first event.
            events.lines.add("data: first\n\n");
            var uri = URI.create("http://127.0.0.1:" + port + "/events");
            this.lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    client.send(
                                                    HttpRequest.newBuilder(uri).build(),
                                                    BodyHandlers.ofInputStream())
                                            .body(),
                                    StandardCharsets.UTF_8));
            assertThat(lines.readLine()).isEqualTo("data: first");
            assertThat(lines.readLine()).isEmpty();
        }

        /// Each gets a piece through before the next one is sent.
        void allPass(String when) throws Exception {
            for (int i = 0; i < 3; i++) {
                String text = when + " " + i;
                webSocket.sendText(text, true).get(10, TimeUnit.SECONDS);
                assertThat(webSocketHears.next()).isEqualTo(text);
                call.onNext(text.getBytes(StandardCharsets.UTF_8));
                assertThat(callHears.next()).isEqualTo(text);
                events.lines.add("data: " + text + "\n\n");
                assertThat(lines.readLine()).isEqualTo("data: " + text);
                assertThat(lines.readLine()).isEmpty();
            }
        }
    }
}
