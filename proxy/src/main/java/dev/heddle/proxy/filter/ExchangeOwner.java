package dev.heddle.proxy.filter;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.route.RouteTable;
import org.jspecify.annotations.Nullable;

/// The connection that an exchange is on.
public interface ExchangeOwner {
    /// The routes at this moment; null if none were received yet.
    @Nullable RouteTable routes();

    /// Last edits of a response's head: what a connection adds to every response.
    void beforeResponse(RequestHead request, ResponseHead response);

    /// Whether an answer 400 leaves the connection open. It does where streams end one by one.
    default boolean staysOpenAfterBadRequest() {
        return true;
    }

    /// Whether the listener lets a request ask for that protocol instead of HTTP.
    ///
    /// @param protocol in any case; `CONNECT` for that method
    default boolean takesUpgrade(String protocol) {
        return false;
    }

    /// The exchange is recorded; the next one may begin.
    void onOver();
}
