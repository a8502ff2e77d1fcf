package dev.heddle.proxy.filter.messages;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.Verdict;
import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;

/// Counts the messages of calls of gRPC, both ways, for the log of the exchange. Other requests
/// pass as they are, at the price of a look at their content type.
@Confined("worker")
public final class MessagesFilter implements HttpFilter {
    private final CountedBody requests = new CountedBody(this::onRequests);
    private final CountedBody responses = new CountedBody(this::onResponses);
    private StreamInfo info = new StreamInfo();
    private boolean isCall;
    private boolean isAnswer;

    @Override
    public Verdict onRequest(Exchange exchange) {
        isCall = GrpcStatus.isCall(exchange.request().headers());
        if (isCall) {
            info = exchange.info();
            info.countMessages();
        }
        return Verdict.CONTINUE;
    }

    private void onRequests(int some) {
        info.addRequestMessages(some);
    }

    private void onResponses(int some) {
        info.addResponseMessages(some);
    }

    @Override
    public BodySink toUpstream(Exchange exchange, BodySink upstream) {
        return isCall ? requests.over(upstream) : upstream;
    }

    @Override
    public void onResponse(Exchange exchange, ResponseHead response) {
        isAnswer = isCall && response.status() == 200 && GrpcStatus.isCall(response.headers());
    }

    @Override
    public BodySink toClient(Exchange exchange, BodySink client) {
        return isAnswer ? responses.over(client) : client;
    }

    @Override
    public void onComplete(Exchange exchange) {
        isCall = false;
        isAnswer = false;
    }

    @Override
    public boolean isReusable() {
        return true;
    }
}
