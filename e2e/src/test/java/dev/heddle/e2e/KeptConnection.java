package dev.heddle.e2e;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A caller in HTTP/1.1 who keeps his connection as long as he may, and never asks twice.
public final class KeptConnection implements AutoCloseable {
    private final Opener opener;
    private @Nullable Socket socket;

    /// Makes a connection.
    public interface Opener {
        /// A connected socket, with its handshake done.
        Socket open() throws IOException;
    }

    /// A caller without a connection yet.
    public KeptConnection(Opener opener) {
        this.opener = opener;
    }

    /// Asks, and waits for the answer.
    ///
    /// @throws IOException when there is none; the connection is given up
    public Answer call(byte[] request) throws IOException {
        try {
            Socket used = socket;
            if (used == null) {
                used = opener.open();
                socket = used;
            }
            used.getOutputStream().write(request);
            Answer answer =
                    HttpText.answer(used)
                            .orElseThrow(() -> new IOException("closed without an answer"));
            if (answer.header("connection").equals(Optional.of("close"))) {
                close();
            }
            return answer;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        Socket used = socket;
        socket = null;
        if (used != null) {
            used.close();
        }
    }
}
