package dev.heddle.xds.server;

import com.google.protobuf.Message;
import dev.heddle.xds.Confined;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;

/// Sends the responses of one stream as fast as the other end takes them.
///
/// What waits is at most one response of each type, not yet serialized: its resources' bytes are
/// those of the snapshot.
///
/// @param <R> the protocol's response
/// @param <M> its message
@Confined("xds stream")
final class GrpcWire<R, M extends Message> implements ServerSession.Wire<R> {
    private final ServerCallStreamObserver<M> call;
    private final Function<R, M> encode;
    private final Queue<R> waiting = new ArrayDeque<>();
    private boolean closed;

    GrpcWire(ServerCallStreamObserver<M> call, Function<R, M> encode) {
        this.call = call;
        this.encode = encode;
    }

    @Override
    public void send(R response) {
        waiting.add(response);
        flush();
    }

    /// Sends what waits, as far as the other end takes it. On the session's queue.
    void flush() {
        while (!closed && !call.isCancelled() && call.isReady() && !waiting.isEmpty()) {
            call.onNext(encode.apply(waiting.remove()));
        }
    }

    @Override
    public void close(String reason) {
        end(Status.UNAVAILABLE.withDescription(reason));
    }

    @Override
    public void refuse(String reason) {
        end(Status.PERMISSION_DENIED.withDescription(reason));
    }

    private void end(Status how) {
        closed = true;
        waiting.clear();
        if (!call.isCancelled()) {
            call.onError(how.asRuntimeException());
        }
    }
}
