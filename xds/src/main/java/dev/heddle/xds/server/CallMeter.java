package dev.heddle.xds.server;

import com.google.protobuf.MessageLite;
import dev.heddle.xds.Confined;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Says what calls are made at a port, and what is sent by xDS: how much, and how long gRPC took to
/// take it.
public final class CallMeter implements ServerInterceptor {
    private final Watch watch;
    private final LongSupplier nanos;

    /// Who wants to know. Called by any thread; returns at once.
    public interface Watch {
        /// A call was made.
        ///
        /// @param method its full name, as in `package.Service/Method`
        void onCall(String method);

        /// A response of xDS was sent.
        ///
        /// @param bytes of its message
        /// @param tookNanos until gRPC had it
        void onSent(XdsType type, int bytes, long tookNanos);

        /// The server ended a call.
        void onEnd(String method, Status status);
    }

    /// @param nanos for durations: never goes back
    public CallMeter(Watch watch, LongSupplier nanos) {
        this.watch = watch;
        this.nanos = nanos;
    }

    @Override
    public <I, O> ServerCall.Listener<I> interceptCall(
            ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
        watch.onCall(call.getMethodDescriptor().getFullMethodName());
        return next.startCall(new Metered<>(call), headers);
    }

    @Confined("gRPC call")
    private final class Metered<I, O> extends SimpleForwardingServerCall<I, O> {
        Metered(ServerCall<I, O> call) {
            super(call);
        }

        @Override
        public void sendMessage(O message) {
            Optional<XdsType> type = type(message);
            if (type.isEmpty() || !(message instanceof MessageLite sized)) {
                super.sendMessage(message);
                return;
            }
            long from = nanos.getAsLong();
            super.sendMessage(message);
            watch.onSent(type.get(), sized.getSerializedSize(), nanos.getAsLong() - from);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            watch.onEnd(getMethodDescriptor().getFullMethodName(), status);
            super.close(status, trailers);
        }
    }

    private static Optional<XdsType> type(Object message) {
        return switch (message) {
            case DeltaDiscoveryResponse delta -> XdsType.ofTypeUrl(delta.getTypeUrl());
            case DiscoveryResponse whole -> XdsType.ofTypeUrl(whole.getTypeUrl());
            default -> Optional.empty();
        };
    }
}
