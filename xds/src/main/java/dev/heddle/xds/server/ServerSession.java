package dev.heddle.xds.server;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.SerialQueue;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.ClientTraits;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.protocol.DeltaServerStream;
import dev.heddle.xds.protocol.ServerEffect;
import dev.heddle.xds.protocol.ServerStream;
import dev.heddle.xds.protocol.SotwRequest;
import dev.heddle.xds.protocol.SotwResponse;
import dev.heddle.xds.protocol.SotwServerStream;
import dev.heddle.xds.protocol.XdsResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One stream: its engine, its handler and its wire, bound to one queue.
///
/// Everything but [#push] and [#close] happens on that queue, so the engine needs no lock. The
/// queue stays short: the binding reads the next request only when the last one was dealt with, and
/// snapshots that were not begun replace each other.
///
/// @param <Q> the protocol's request
/// @param <R> the protocol's response
@Confined("xds stream")
public final class ServerSession<Q, R extends XdsResponse> implements XdsStream {
    private static final Logger log = LoggerFactory.getLogger(ServerSession.class);

    private final Identity identity;
    private final ServerStream<Q, R> engine;
    private final XdsHandler handler;
    private final Wire<R> wire;
    private final Consumer<Runnable> patience;
    private final SerialQueue queue;
    private final AtomicReference<Optional<Snapshot>> pending =
            new AtomicReference<>(Optional.empty());
    private boolean closed;

    /// What a handler can see of a stream.
    ///
    /// @param peer the other end
    public record Identity(long id, NodeInfo node, Variant variant, Peer peer) {}

    /// What a session runs on.
    ///
    /// @param threads carry its queue
    /// @param patience runs a task, in any thread, once a client had long enough to answer
    public record Footing(Executor threads, Consumer<Runnable> patience) {}

    /// Where responses go. Called on the session's queue.
    public interface Wire<R> {
        /// Sends it, now or as soon as the other end takes more. Is never called with a response of
        /// a type of which another is unanswered, so at most one of each type waits.
        void send(R response);

        /// Ends the stream, if the other end has not. Called once.
        void close(String reason);

        /// Ends the stream of somebody who may not have it. Called once, instead of [#close].
        default void refuse(String reason) {
            close(reason);
        }
    }

    private ServerSession(
            Identity identity,
            ServerStream<Q, R> engine,
            XdsHandler handler,
            Wire<R> wire,
            Footing footing) {
        this.identity = identity;
        this.engine = engine;
        this.handler = handler;
        this.wire = wire;
        this.patience = footing.patience();
        this.queue = new SerialQueue(footing.threads());
    }

    /// A stream that speaks delta xDS, not yet [#open()].
    public static ServerSession<DeltaRequest, DeltaResponse> delta(
            long id,
            NodeInfo node,
            Peer peer,
            XdsHandler handler,
            Wire<DeltaResponse> wire,
            Footing footing) {
        return new ServerSession<>(
                new Identity(id, node, Variant.DELTA, peer),
                new DeltaServerStream(ClientTraits.of(node)),
                handler,
                wire,
                footing);
    }

    /// A stream that speaks state-of-the-world xDS, not yet [#open()].
    public static ServerSession<SotwRequest, SotwResponse> sotw(
            long id,
            NodeInfo node,
            Peer peer,
            XdsHandler handler,
            Wire<SotwResponse> wire,
            Footing footing) {
        return new ServerSession<>(
                new Identity(id, node, Variant.SOTW, peer),
                new SotwServerStream(ClientTraits.of(node)),
                handler,
                wire,
                footing);
    }

    @Override
    public long id() {
        return identity.id();
    }

    @Override
    public NodeInfo node() {
        return identity.node();
    }

    @Override
    public Variant variant() {
        return identity.variant();
    }

    @Override
    public Peer peer() {
        return identity.peer();
    }

    /// Tells the handler. Callable from any thread, once, before anything else.
    public void open() {
        queue.execute(() -> guarded(() -> handler.onOpened(this)));
    }

    /// Something for this stream's owner to do, such as to send what waits. Callable from any
    /// thread.
    public void execute(Runnable task) {
        queue.execute(() -> guarded(task));
    }

    /// Takes a request. Callable from any thread.
    ///
    /// @param done called when it was dealt with, so that the next may be read
    public void receive(Q request, Runnable done) {
        queue.execute(() -> {
            guarded(() -> carryOut(engine.onRequest(request)));
            done.run();
        });
    }

    @Override
    public void push(Snapshot snapshot) {
        if (pending.getAndSet(Optional.of(snapshot)).isEmpty()) {
            queue.execute(() -> guarded(this::onPush));
        }
    }

    private void onPush() {
        pending.getAndSet(Optional.empty())
                .ifPresent(snapshot -> carryOut(engine.onPush(snapshot)));
    }

    @Override
    public CompletableFuture<Map<XdsType, SortedSet<String>>> subscriptions() {
        var answer = new CompletableFuture<Map<XdsType, SortedSet<String>>>();
        queue.execute(() -> guarded(() -> answer.complete(engine.subscriptions())));
        return answer;
    }

    @Override
    public void close(String reason) {
        queue.execute(() -> onClose(reason));
    }

    @Override
    public void refuse(String reason) {
        queue.execute(() -> {
            if (!closed) {
                closed = true;
                wire.refuse(reason);
                handler.onClosed(this, reason);
            }
        });
    }

    private void onClose(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        wire.close(reason);
        handler.onClosed(this, reason);
    }

    private void carryOut(List<ServerEffect<R>> effects) {
        for (ServerEffect<R> effect : effects) {
            switch (effect) {
                case ServerEffect.Send<R>(var response) -> send(response);
                case ServerEffect.Acked<R>(var type, var version) ->
                        handler.onAck(this, type, version);
                case ServerEffect.Nacked<R>(var type, var version, var text, var resources) ->
                        handler.onNack(this, type, version, text, resources);
                case ServerEffect.Unserved<R>(var typeUrl) ->
                        log.info("{} asked for {}, which nobody serves", node().id(), typeUrl);
            }
        }
    }

    private void send(R response) {
        wire.send(response);
        patience.accept(() ->
                execute(() -> carryOut(engine.onUnanswered(response.type(), response.nonce()))));
    }

    /// A mistake of ours ends this stream, not the others: the proxy comes back with a clean one.
    private void guarded(Runnable task) {
        if (closed) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | AssertionError e) {
            log.error("xDS stream {} of {} failed", id(), node().id(), e);
            onClose("internal error");
        }
    }
}
