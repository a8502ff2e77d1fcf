package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Worker;

/// One request and its response.
public interface Exchange {
    RequestHead request();

    StreamInfo info();

    Worker worker();

    /// Goes on after [Verdict.Await].
    void resume();

    /// Answers, if no response was begun; otherwise cuts the response off.
    void reply(LocalReply reply);
}
