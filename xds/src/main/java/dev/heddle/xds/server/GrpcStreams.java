package dev.heddle.xds.server;

import com.google.protobuf.Message;
import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.protocol.SotwRequest;
import dev.heddle.xds.protocol.SotwResponse;
import dev.heddle.xds.protocol.XdsResponse;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two streaming calls of Envoy's AggregatedDiscoveryService.
final class GrpcStreams extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcStreams.class);

    private final XdsHandler handler;
    private final ServerSession.Footing footing;
    private final AtomicLong ids = new AtomicLong();
    private final Set<ServerSession<?, ?>> open = ConcurrentHashMap.newKeySet();

    GrpcStreams(XdsHandler handler, ServerSession.Footing footing) {
        this.handler = handler;
        this.footing = footing;
    }

    /// Ends every stream that is open.
    void closeAll(String reason) {
        open.forEach(session -> session.close(reason));
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        Caller caller = Caller.current();
        var wire =
                new GrpcWire<DeltaResponse, DeltaDiscoveryResponse>(
                        (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses,
                        DeltaResponse::toProto);
        return new Inbound<>(
                (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses,
                wire,
                DeltaDiscoveryRequest::getNode,
                DeltaRequest::of,
                (id, node) -> ServerSession.delta(id, node, caller.peer(), handler, wire, footing),
                caller);
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(
            StreamObserver<DiscoveryResponse> responses) {
        Caller caller = Caller.current();
        var wire =
                new GrpcWire<SotwResponse, DiscoveryResponse>(
                        (ServerCallStreamObserver<DiscoveryResponse>) responses,
                        SotwResponse::toProto);
        return new Inbound<>(
                (ServerCallStreamObserver<DiscoveryResponse>) responses,
                wire,
                DiscoveryRequest::getNode,
                SotwRequest::of,
                (id, node) -> ServerSession.sotw(id, node, caller.peer(), handler, wire, footing),
                caller);
    }

    private interface Opening<Q, R extends XdsResponse> {
        ServerSession<Q, R> open(long id, NodeInfo node);
    }

    /// What comes in on one stream. gRPC calls it one call at a time.
    ///
    /// @param <I> the request's message
    /// @param <Q> the protocol's request
    /// @param <R> the protocol's response
    /// @param <O> the response's message
    @Confined("gRPC call")
    private final class Inbound<I extends Message, Q, R extends XdsResponse, O extends Message>
            implements StreamObserver<I> {
        private final ServerCallStreamObserver<O> call;
        private final Function<I, Node> node;
        private final Function<I, Q> decode;
        private final Opening<Q, R> opening;
        private final Caller caller;
        private Optional<ServerSession<Q, R>> session = Optional.empty();

        Inbound(
                ServerCallStreamObserver<O> call,
                GrpcWire<R, O> wire,
                Function<I, Node> node,
                Function<I, Q> decode,
                Opening<Q, R> opening,
                Caller caller) {
            this.call = call;
            this.node = node;
            this.decode = decode;
            this.opening = opening;
            this.caller = caller;
            call.disableAutoRequest();
            call.setOnReadyHandler(() -> session.ifPresent(s -> s.execute(wire::flush)));
            call.setOnCancelHandler(() -> end("cancelled by the client"));
            call.setOnCloseHandler(() -> end("closed"));
            call.request(1);
        }

        @Override
        public void onNext(I message) {
            if (session.isEmpty()) {
                begin(message);
            }
            session.ifPresent(s -> s.receive(decode.apply(message), () -> call.request(1)));
        }

        private void begin(I message) {
            Optional<NodeInfo> info = NodeInfo.of(node.apply(message));
            if (info.isEmpty()) {
                call.onError(
                        Status.INVALID_ARGUMENT
                                .withDescription("node.id: '' (expected: the node's id)")
                                .asRuntimeException());
                return;
            }
            Optional<String> refusal = caller.refusal(info.get());
            if (refusal.isPresent()) {
                LOG.warn(
                        "{} at {} is turned away: {}",
                        info.get().id(),
                        caller.peer(),
                        refusal.get());
                call.onError(
                        Status.PERMISSION_DENIED
                                .withDescription(refusal.get())
                                .asRuntimeException());
                return;
            }
            ServerSession<Q, R> begun = opening.open(ids.incrementAndGet(), info.get());
            session = Optional.of(begun);
            open.add(begun);
            begun.open();
        }

        @Override
        public void onError(Throwable error) {
            end(Status.fromThrowable(error).toString());
        }

        @Override
        public void onCompleted() {
            if (session.isEmpty()) {
                call.onCompleted();
            }
            end("closed by the client");
        }

        private void end(String reason) {
            session.ifPresent(s -> {
                open.remove(s);
                s.close(reason);
            });
        }
    }
}
