package dev.heddle.proxy.observe;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http2.Http2Stats;
import org.jspecify.annotations.Nullable;

/// Records the exchanges of one HTTP connection manager on one worker, each exactly once.
///
/// Called on the worker's thread; must not block and must not throw. One instance serves one
/// worker, so counting needs no atomics.
public interface ExchangeLog {
    /// Where filters count.
    FilterStats filters();

    /// A connection was accepted.
    ///
    /// @param isSecured whether by TLS
    void connectionOpened(boolean isSecured);

    /// It turned out which version of HTTP a connection speaks.
    void connectionSpeaks(Protocol protocol);

    /// A connection is gone; every [#connectionOpened] has one.
    ///
    /// @param protocol as [#connectionSpeaks] was told; null if it never spoke
    /// @param isSecured as [#connectionOpened] was told
    /// @param nanos how long it lived
    void connectionClosed(@Nullable Protocol protocol, boolean isSecured, long nanos);

    /// Where connections of HTTP/2 count.
    Http2Stats http2Stats();

    /// Headers were left out, or a request was refused because of them.
    ///
    /// @param protocol of the connection
    void count(Protocol protocol, HeaderStat stat, int amount);

    /// Something happened to a connection.
    void count(HttpStat stat);

    /// A request's head was received; every start has one [#completed].
    ///
    /// @param protocol of the connection
    void started(Protocol protocol);

    /// A request may ask for another protocol than HTTP; every one has one [#upgradeEnded].
    void upgradeBegun();

    /// Such a request is over, and what it asked for.
    void upgradeEnded();

    /// A request asks for another protocol than HTTP, and is refused.
    void upgradeRefused();

    /// An exchange is over, however it ended. The arguments are used again afterwards: copy what is
    /// kept.
    ///
    /// @param request as it was forwarded: edits are in it. Its fields are empty if it could not be
    ///   parsed
    /// @param response as it was sent, or null if none was begun
    void completed(RequestHead request, @Nullable ResponseHead response, StreamInfo info);
}
