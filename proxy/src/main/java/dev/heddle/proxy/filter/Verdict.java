package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.LocalReply;

/// What a filter says about a request.
public sealed interface Verdict {
    Verdict CONTINUE = new Continue();
    Verdict AWAIT = new Await();

    /// The next filter's turn. Take [#CONTINUE].
    record Continue() implements Verdict {}

    /// This is the answer; later filters and the upstream never see the request.
    record Reply(LocalReply reply) implements Verdict {}

    /// The filter is busy and will call [Exchange#resume] or [Exchange#reply] on the same worker.
    /// Take [#AWAIT].
    record Await() implements Verdict {}
}
