package dev.heddle.proxy.http;

/// Takes the response to one request: any number of informational heads, a head, a body, an end.
public interface ResponseSink extends BodySink {
    /// Sends a head with a status from 102 to 199.
    void informational(ResponseHead head);

    /// Sends the head.
    ///
    /// @param ends whether no body follows; if so [#end] is not called
    void head(ResponseHead head, boolean ends);

    /// Lets the connection end with this response, and the client know if its head was not sent
    /// yet.
    void closeAfterResponse();

    /// Gives the response up in a way that a client can't take for its end.
    void abort();
}
