package dev.heddle.bench.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is asked of a proxy in one run of a load generator.
///
/// @param version the protocol, and with it the generator
/// @param host the authority that is asked for
/// @param path the path that is asked for; the number at its end is the size of the answer
/// @param connections how many connections
/// @param pace when requests are sent
/// @param tls the directory with the client's certificates; absent in cleartext
/// @param resume whether new TLS connections resume sessions
public record Load(
        Version version,
        String host,
        String path,
        int connections,
        Pace pace,
        Optional<Path> tls,
        boolean resume) {

    /// The protocol of the client's side.
    public enum Version {
        HTTP1,
        HTTP2
    }

    /// When requests are sent.
    public sealed interface Pace {
        /// As soon as the connection has its answer.
        record Closed() implements Pace {}

        /// As soon as the connection has its answer, on a new connection.
        record Reconnecting() implements Pace {}

        /// Many at once on each connection, each replaced as soon as it is answered (HTTP/2).
        ///
        /// @param streams how many at once on each connection
        record Multiplexed(int streams) implements Pace {}

        /// On a fixed schedule, whatever the answers do.
        ///
        /// @param perSecond requests a second, over all connections
        record Open(int perSecond) implements Pace {}
    }

    public Load {
        if (connections < 1) {
            throw new IllegalArgumentException("connections: " + connections + " (expected: >= 1)");
        }
        if ((version == Version.HTTP2) != (pace instanceof Pace.Multiplexed)) {
            throw new IllegalArgumentException(
                    "pace: " + pace + " (expected: Multiplexed with HTTP2, and only there)");
        }
    }

    /// 32 keep-alive connections that ask as fast as they are answered: the usual load.
    public static Load keepAlive(String host, String path) {
        return new Load(Version.HTTP1, host, path, 32, new Pace.Closed(), Optional.empty(), false);
    }

    /// The same load at another pace.
    public Load at(Pace other) {
        return new Load(version, host, path, connections, other, tls, resume);
    }

    /// The same load over another number of connections.
    public Load over(int other) {
        return new Load(version, host, path, other, pace, tls, resume);
    }

    /// The same load inside of mutual TLS.
    public Load inside(Path certificates) {
        return new Load(version, host, path, connections, pace, Optional.of(certificates), resume);
    }

    /// The same load with new connections resuming the sessions of earlier ones.
    public Load resuming() {
        return new Load(version, host, path, connections, pace, tls, true);
    }

    /// The same load as fast as it is answered: what is warm has served many requests, however few
    /// of them come in a second.
    public Load warming() {
        return pace instanceof Pace.Open ? at(new Pace.Closed()) : this;
    }

    /// The arguments of the bench's own generator, without a limit of time or number.
    public List<String> arguments(int port) {
        var line = new ArrayList<String>();
        line.addAll(List.of("--port", Integer.toString(port), "--host", host, "--path", path));
        line.addAll(List.of("--connections", Integer.toString(connections)));
        switch (pace) {
            case Pace.Closed() -> {}
            case Pace.Reconnecting() -> line.add("--close");
            case Pace.Open(int perSecond) ->
                    line.addAll(List.of("--rate", Integer.toString(perSecond)));
            case Pace.Multiplexed _ ->
                    throw new IllegalStateException("HTTP/2 is h2load's business");
        }
        tls.ifPresent(directory -> line.addAll(List.of("--tls", directory.toString())));
        if (resume) {
            line.add("--resume");
        }
        return line;
    }
}
