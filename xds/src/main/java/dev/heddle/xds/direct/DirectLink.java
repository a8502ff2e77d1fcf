package dev.heddle.xds.direct;

import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.ClientSession;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.XdsSubscriptions;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.server.Peer;
import dev.heddle.xds.server.ServerSession;
import dev.heddle.xds.server.XdsHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;

/// A proxy and a control plane in one thread: the engines of both ends of delta ADS, back to back,
/// without a socket.
///
/// Messages wait until the owner delivers them, so that a simulation decides what happens first,
/// what is late and what is lost with a connection.
@Confined("whoever simulates")
public final class DirectLink implements XdsSubscriptions {
    private final NodeInfo node;
    private final XdsHandler handler;
    private final ClientSession client;
    private final Queue<DeltaRequest> requests = new ArrayDeque<>();
    private final Queue<DeltaResponse> responses = new ArrayDeque<>();
    private final Consumer<Runnable> patience;
    private Optional<ServerSession<DeltaRequest, DeltaResponse>> server = Optional.empty();
    private long streams;

    /// A link that is not connected yet, whose server waits for answers as long as it takes.
    public DirectLink(NodeInfo node, XdsHandler handler, XdsSubscriber subscriber) {
        this(node, handler, subscriber, _ -> {});
    }

    /// A link that is not connected yet.
    ///
    /// @param patience runs a task once the client had long enough to answer
    public DirectLink(
            NodeInfo node,
            XdsHandler handler,
            XdsSubscriber subscriber,
            Consumer<Runnable> patience) {
        this.patience = patience;
        this.node = node;
        this.handler = handler;
        this.client =
                new ClientSession(
                        subscriber,
                        (_, _, _, _) -> {},
                        Runnable::run,
                        Runnable::run,
                        DirectLink::later);
    }

    private static Runnable later(Duration wait, Runnable task) {
        throw new IllegalStateException(
                "a ttl of " + wait + " (expected: none, this server sends none)");
    }

    @Override
    public void subscribe(XdsType type, Set<String> names) {
        client.subscribe(type, names);
    }

    /// Opens a stream; ends the one before, if there is one.
    public void connect() {
        disconnect("connecting anew");
        streams++;
        ServerSession<DeltaRequest, DeltaResponse> session =
                ServerSession.delta(
                        streams,
                        node,
                        Peer.at("in memory"),
                        handler,
                        new Responses(),
                        new ServerSession.Footing(Runnable::run, patience));
        server = Optional.of(session);
        session.open();
        client.connected(requests::add);
    }

    /// Ends the stream. What was under way is lost; the client keeps what it accepted.
    public void disconnect(String reason) {
        Optional<ServerSession<DeltaRequest, DeltaResponse>> ending = server;
        server = Optional.empty();
        requests.clear();
        responses.clear();
        if (ending.isPresent()) {
            client.disconnected();
            ending.get().close(reason);
        }
    }

    /// Whether a stream is open.
    public boolean isConnected() {
        return server.isPresent();
    }

    /// Gives the server the oldest request under way.
    ///
    /// @return false when there is none
    public boolean deliverRequest() {
        DeltaRequest request = requests.poll();
        if (request != null) {
            server.ifPresent(s -> s.receive(request, () -> {}));
        }
        return request != null;
    }

    /// Gives the client the oldest response under way.
    ///
    /// @return false when there is none
    public boolean deliverResponse() {
        DeltaResponse response = responses.poll();
        if (response != null) {
            client.receive(response, () -> {});
        }
        return response != null;
    }

    /// Delivers everything, until both ends are silent.
    public void settle() {
        while (deliverRequest() || deliverResponse()) {
            // Each turn delivers one message.
        }
    }

    private final class Responses implements ServerSession.Wire<DeltaResponse> {
        @Override
        public void send(DeltaResponse response) {
            responses.add(response);
        }

        @Override
        public void close(String reason) {
            if (server.isPresent()) {
                disconnect(reason);
            }
        }
    }
}
