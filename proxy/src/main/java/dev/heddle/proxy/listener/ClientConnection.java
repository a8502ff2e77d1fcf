package dev.heddle.proxy.listener;

import dev.heddle.proxy.connection.HttpConnection;
import dev.heddle.proxy.dns.NameConnection;
import dev.heddle.proxy.tcp.TcpConnection;
import java.time.Duration;

/// An accepted connection, as far as its listener is concerned.
sealed interface ClientConnection {
    /// It is looked at before anybody serves it.
    record Peeked(PeekedConnection connection) implements ClientConnection {}

    /// Nobody serves it.
    record Refused(RefusedConnection connection) implements ClientConnection {}

    /// Requests are served on it.
    record Http(HttpConnection connection) implements ClientConnection {}

    /// Bytes are passed on.
    record Tcp(TcpConnection connection) implements ClientConnection {}

    /// Questions for names are answered on it.
    record Names(NameConnection connection) implements ClientConnection {}

    /// Its handshake is not done.
    record Unsecured(TlsHandshake handshake) implements ClientConnection {}

    /// Lets what goes on be the last.
    default void drain() {
        switch (this) {
            case Http(HttpConnection connection) -> connection.drain();
            case Peeked _, Refused _, Unsecured _, Tcp _, Names _ -> {
                // They have no end of their own to wait for.
            }
        }
    }

    /// How long a client has that was asked to go.
    default Duration grace() {
        return this instanceof Http(HttpConnection connection) ? connection.grace() : Duration.ZERO;
    }

    /// Asks its client to go, if there is a way.
    default void leave() {
        if (this instanceof Http(HttpConnection connection)) {
            connection.leave();
        }
    }

    /// Ends it if nothing goes on.
    default void closeWhenIdle() {
        switch (this) {
            case Http(HttpConnection connection) -> connection.closeWhenIdle();
            case Peeked(PeekedConnection connection) -> connection.close();
            case Refused(RefusedConnection connection) -> connection.close();
            case Tcp _ -> {
                // Nobody can see whether anything goes on.
            }
            case Names(NameConnection connection) -> connection.close();
            case Unsecured(TlsHandshake handshake) -> handshake.close();
        }
    }

    default void close() {
        switch (this) {
            case Http(HttpConnection connection) -> connection.close();
            case Peeked(PeekedConnection connection) -> connection.close();
            case Refused(RefusedConnection connection) -> connection.close();
            case Tcp(TcpConnection connection) -> connection.close();
            case Names(NameConnection connection) -> connection.close();
            case Unsecured(TlsHandshake handshake) -> handshake.close();
        }
    }
}
