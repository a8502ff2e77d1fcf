package dev.heddle.proxy.tls;

/// How connections to hosts are secured (`UpstreamTlsContext`).
///
/// @param serverName what is asked for (SNI); empty for nothing
/// @param hostAsServerName whether the host's own name, where it has one, is asked for instead
/// @param verifyServerName whether the host's certificate must bear the name that was asked for,
///   and no other name counts
/// @param sessionsKept how many sessions are kept to be resumed; 0 for none
public record UpstreamTls(
        TlsSettings settings,
        String serverName,
        boolean hostAsServerName,
        boolean verifyServerName,
        int sessionsKept) {

    public UpstreamTls {
        if (sessionsKept < 0) {
            throw new IllegalArgumentException(
                    "sessionsKept: " + sessionsKept + " (expected: >= 0)");
        }
    }

    /// What is asked of a host of that name.
    String serverNameFor(String hostname) {
        return hostAsServerName && !hostname.isEmpty() ? hostname : serverName;
    }
}
