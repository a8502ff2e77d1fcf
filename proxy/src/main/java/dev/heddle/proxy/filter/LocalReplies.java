package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ReplyBody;
import dev.heddle.proxy.http.ResponseHead;

/// How the answers are said that a proxy gives itself. Asked for those alone, so that other
/// exchanges pay nothing for it.
public interface LocalReplies {
    /// As filters and the router say them.
    LocalReplies AS_THEY_ARE = (_, reply, _) -> new ReplyBody(reply.body());

    /// Says an answer.
    ///
    /// @param head says the answer's status and headers, and may be changed
    /// @return its body
    ReplyBody say(Exchange exchange, LocalReply reply, ResponseHead head);
}
