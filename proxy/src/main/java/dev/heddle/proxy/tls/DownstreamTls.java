package dev.heddle.proxy.tls;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How the connections of clients are secured (`DownstreamTlsContext`).
///
/// @param requireClientCertificate whether a client must show one; without it, one that is shown is
///   verified all the same
/// @param scanAll whether, when no certificate bears the name that a client asks for, the best of
///   all is shown instead of the first
public record DownstreamTls(
        TlsSettings settings,
        boolean requireClientCertificate,
        boolean scanAll,
        Sessions sessions) {

    /// How sessions are resumed.
    ///
    /// @param tickets whether clients get tickets
    /// @param cache whether sessions of TLS 1.2 are kept here
    /// @param timeout how long a session may be resumed; empty for the library's two hours
    /// @param keys with what tickets are encrypted; none: with some of this process
    /// @param namedKeys the same, sent by itself
    public record Sessions(
            boolean tickets,
            boolean cache,
            Optional<Duration> timeout,
            List<TicketKey> keys,
            Optional<SecretRef> namedKeys) {

        /// Both ways, as Envoy does.
        public static final Sessions USUAL =
                new Sessions(true, true, Optional.empty(), List.of(), Optional.empty());

        public Sessions {
            keys = List.copyOf(keys);
        }
    }

    /// All that is sent by itself.
    public List<SecretRef> secrets() {
        var all = new ArrayList<SecretRef>(settings.secrets());
        sessions.namedKeys().ifPresent(all::add);
        return all;
    }

    /// The same, offering only protocols that somebody serves.
    public DownstreamTls offering(List<String> protocols) {
        return new DownstreamTls(
                new TlsSettings(
                        settings.identities(),
                        settings.trust(),
                        settings.parameters(),
                        settings.alpn().stream().filter(protocols::contains).toList()),
                requireClientCertificate,
                scanAll,
                sessions);
    }
}
