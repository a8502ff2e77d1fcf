package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.LocalReply;
import org.jspecify.annotations.Nullable;

/// What a filter says about a request.
public sealed interface Verdict {
    Verdict CONTINUE = new Continue();
    Verdict AWAIT = new Await();

    /// The next filter's turn. Take [#CONTINUE].
    record Continue() implements Verdict {}

    /// This is the answer; later filters and the upstream never see the request.
    ///
    /// @param asGrpc what a caller of gRPC is told; null for what follows from the status
    record Reply(LocalReply reply, @Nullable GrpcStatus asGrpc) implements Verdict {
        /// What a caller of gRPC is told follows from the status.
        public Reply(LocalReply reply) {
            this(reply, null);
        }
    }

    /// The filter is busy and will call [Exchange#resume] or [Exchange#reply] on the same worker.
    /// Take [#AWAIT].
    record Await() implements Verdict {}
}
