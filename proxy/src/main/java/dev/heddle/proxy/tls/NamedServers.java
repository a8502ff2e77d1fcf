package dev.heddle.proxy.tls;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.util.Mapping;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Asks, in the midst of a handshake, with what a named server is secured: the one whom the
/// datagram came to that the handshake is in. The library knows a name and nothing else.
public final class NamedServers {
    private static final FastThreadLocal<Function<String, @Nullable QuicSslContext>> PRESENT =
            new FastThreadLocal<>();

    private static final FastThreadLocal<String> ASKED = new FastThreadLocal<>();

    private NamedServers() {}

    /// What contexts are to be made with.
    public static Mapping<String, QuicSslContext> mapping() {
        return name -> {
            Function<String, @Nullable QuicSslContext> present = PRESENT.get();
            String asked = name == null ? "" : name;
            ASKED.set(asked);
            return present == null ? null : present.apply(asked);
        };
    }

    /// The server that the handshake at hand asks for; empty where it names none.
    static String asked() {
        String asked = ASKED.get();
        return asked == null ? "" : asked;
    }

    /// Has somebody asked for as long as something runs.
    ///
    /// @param asked null refuses the handshake
    public static void during(Function<String, @Nullable QuicSslContext> asked, Runnable action) {
        PRESENT.set(asked);
        try {
            action.run();
        } finally {
            PRESENT.remove();
            ASKED.remove();
        }
    }
}
