package dev.heddle.proxy.tls;

import java.net.InetAddress;
import java.util.Optional;

/// The name that somebody expects a host to have.
///
/// @param text as it was written; empty for none in particular
/// @param isAddress whether it is an address, which a client hello cannot name
/// @param isSent whether it is asked for, if it can be
/// @param isVerified whether the host's certificate must bear it, and no other name counts
public record PeerName(String text, boolean isAddress, boolean isSent, boolean isVerified) {
    /// As the configuration says.
    public static final PeerName ANY = new PeerName("", false, false, false);

    /// That of an authority, `host` or `host:port`.
    public static PeerName of(String authority, boolean sent, boolean verified) {
        boolean isBracketed = authority.startsWith("[");
        int end =
                isBracketed
                        ? authority.indexOf(']')
                        : authority.indexOf(':') < 0 ? authority.length() : authority.indexOf(':');
        if (end < 0) {
            return ANY;
        }
        String host = authority.substring(isBracketed ? 1 : 0, end);
        Optional<InetAddress> address = literal(host);
        return new PeerName(
                address.map(InetAddress::getHostAddress).orElse(host),
                address.isPresent(),
                sent && address.isEmpty(),
                verified);
    }

    private static Optional<InetAddress> literal(String host) {
        boolean looksLikeOne =
                host.indexOf(':') >= 0
                        || (!host.isEmpty()
                                && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
        try {
            return looksLikeOne ? Optional.of(InetAddress.ofLiteral(host)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            // It is a name then, though an odd one.
            return Optional.empty();
        }
    }

    /// What a certificate must bear.
    SanMatch match() {
        return new SanMatch(
                isAddress ? SanMatch.Kind.IP_ADDRESS : SanMatch.Kind.DNS,
                new SanMatch.Text.Exact(text, true));
    }
}
