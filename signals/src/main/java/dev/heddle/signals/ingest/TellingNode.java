package dev.heddle.signals.ingest;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.server.Caller;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import java.util.Optional;

/// The id of the node that tells by OTLP, from the header of the call that a bootstrap says: the
/// resource of stock Envoy's sink of statistics names none.
public final class TellingNode {
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("x-heddle-node", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<String> KEY = Context.key("telling node");
    private static final int LONGEST = 512;

    private TellingNode() {}

    /// The same service; it knows the node of its calls.
    public static BindableService readBy(BindableService service) {
        return () -> ServerInterceptors.intercept(service, new Reading());
    }

    /// The node of the call that is under way; empty where it says none, or may not be that one.
    static Optional<String> current() {
        String said = KEY.get();
        return Optional.ofNullable(said)
                .filter(it -> !it.isEmpty() && it.length() <= LONGEST)
                .filter(it -> Caller.current().refusal(NodeInfo.of(it, "")).isEmpty());
    }

    private static final class Reading implements ServerInterceptor {
        @Override
        public <I, O> ServerCall.Listener<I> interceptCall(
                ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
            String said = headers.get(HEADER);
            return said == null
                    ? next.startCall(call, headers)
                    : Contexts.interceptCall(
                            Context.current().withValue(KEY, said), call, headers, next);
        }
    }
}
