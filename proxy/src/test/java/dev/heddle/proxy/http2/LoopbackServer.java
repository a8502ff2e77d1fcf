package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.ListenOutcome;
import dev.heddle.proxy.runtime.ListenSocket;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.testkit.Seed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A server of the engine on a real socket, with one worker.
record LoopbackServer(Workers workers, ListenSocket socket) implements AutoCloseable {

    /// @param listeners one for each connection
    static LoopbackServer start(Http2Settings settings, Supplier<Http2Listener> listeners)
            throws Exception {
        Workers workers =
                Workers.start(
                        1, Transport.usual(), InstantSource.system(), _ -> Seed.ofRun().random());
        Worker worker = workers.all().getFirst();
        var socket = new CompletableFuture<ListenSocket>();
        var loop = new Http2Loop(worker);
        worker.execute(() ->
                worker.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        wire -> {
                            var connection =
                                    new Http2Connection(
                                            Http2Connection.Side.SERVER,
                                            wire,
                                            loop,
                                            settings,
                                            listeners.get());
                            connection.start();
                            return connection;
                        },
                        new Listening(socket)));
        return new LoopbackServer(workers, socket.get(10, TimeUnit.SECONDS));
    }

    int port() {
        return socket.address().getPort();
    }

    @Override
    public void close() {
        workers.stop();
    }

    private record Listening(CompletableFuture<ListenSocket> future) implements ListenOutcome {
        @Override
        public void onListening(ListenSocket socket) {
            future.complete(socket);
        }

        @Override
        public void onListenFailed(Throwable cause) {
            future.completeExceptionally(cause);
        }
    }
}
