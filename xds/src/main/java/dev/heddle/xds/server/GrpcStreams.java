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
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// The two streaming calls of Envoy's AggregatedDiscoveryService.
final class GrpcStreams extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private static final Context.Key<String> PEER = Context.key("peer");

    private final XdsHandler handler;
    private final ServerSession.Footing footing;
    private final AtomicLong ids = new AtomicLong();
    private final Set<ServerSession<?, ?>> open = ConcurrentHashMap.newKeySet();

    GrpcStreams(XdsHandler handler, ServerSession.Footing footing) {
        this.handler = handler;
        this.footing = footing;
    }

    /// Makes the other end's address known to the calls of this service.
    static ServerInterceptor peers() {
        return new ServerInterceptor() {
            @Override
            public <I, O> ServerCall.Listener<I> interceptCall(
                    ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
                Object peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
                Context context = Context.current().withValue(PEER, String.valueOf(peer));
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    /// Ends every stream that is open.
    void closeAll(String reason) {
        open.forEach(session -> session.close(reason));
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        String peer = PEER.get();
        var wire =
                new GrpcWire<DeltaResponse, DeltaDiscoveryResponse>(
                        (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses,
                        DeltaResponse::toProto);
        return new Inbound<>(
                (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses,
                wire,
                DeltaDiscoveryRequest::getNode,
                DeltaRequest::of,
                (id, node) -> ServerSession.delta(id, node, peer, handler, wire, footing));
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(
            StreamObserver<DiscoveryResponse> responses) {
        String peer = PEER.get();
        var wire =
                new GrpcWire<SotwResponse, DiscoveryResponse>(
                        (ServerCallStreamObserver<DiscoveryResponse>) responses,
                        SotwResponse::toProto);
        return new Inbound<>(
                (ServerCallStreamObserver<DiscoveryResponse>) responses,
                wire,
                DiscoveryRequest::getNode,
                SotwRequest::of,
                (id, node) -> ServerSession.sotw(id, node, peer, handler, wire, footing));
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
        private Optional<ServerSession<Q, R>> session = Optional.empty();

        Inbound(
                ServerCallStreamObserver<O> call,
                GrpcWire<R, O> wire,
                Function<I, Node> node,
                Function<I, Q> decode,
                Opening<Q, R> opening) {
            this.call = call;
            this.node = node;
            this.decode = decode;
            this.opening = opening;
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
