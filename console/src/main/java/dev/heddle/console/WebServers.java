package dev.heddle.console;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/// What the control plane's web servers have in common: one virtual thread a connection, bounded.
final class WebServers {
    private WebServers() {}

    static WebServerConfig.Builder builder(InetSocketAddress address, int connections) {
        return WebServer.builder()
                .address(address.getAddress())
                .port(address.getPort())
                .maxTcpConnections(connections)
                .idleConnectionTimeout(Duration.ofMinutes(1))
                .shutdownGracePeriod(Duration.ofMillis(500))
                .shutdownHook(false);
    }

    /// Starts one.
    ///
    /// @param what it is, as in `API`
    /// @param option that says where
    /// @return where it listens, with the port that it got
    /// @throws IOException when the address cannot be bound; the message says which
    static InetSocketAddress started(
            WebServer server, InetSocketAddress address, String what, String option)
            throws IOException {
        String where = address.getHostString() + ":" + address.getPort();
        try (var probe = new Socket()) {
            // The web server says only that it could not, this says why. It does not listen, so no
            // client is cut off.
            probe.setReuseAddress(true);
            probe.bind(address);
        } catch (IOException e) {
            throw new IOException(
                    "%s on %s: %s. Is another control plane running? Take another with %s"
                            .formatted(what, where, e.getMessage(), option),
                    e);
        }
        server.start();
        if (!server.isRunning()) {
            throw new IOException(
                    "%s on %s: cannot be opened (see the log)".formatted(what, where));
        }
        return new InetSocketAddress(address.getAddress(), server.port());
    }
}
