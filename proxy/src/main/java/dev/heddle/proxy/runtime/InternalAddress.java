package dev.heddle.proxy.runtime;

import java.net.InetSocketAddress;
import java.util.Optional;

/// The address of a listener inside this proxy (`envoy_internal_address`). Where other addresses
/// stand it is an unresolved one, whose host is its text.
///
/// @param listener the listener's name, without a slash
/// @param endpoint tells endpoints apart that lead to the same listener; may be empty
public record InternalAddress(String listener, String endpoint) {
    private static final String SCHEME = "envoy://";

    public InternalAddress {
        if (listener.isEmpty() || listener.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "listener: '" + listener + "' (expected: a name without '/')");
        }
    }

    /// Absent where it is another kind of address.
    public static Optional<InternalAddress> of(InetSocketAddress address) {
        if (!address.isUnresolved() || !address.getHostString().startsWith(SCHEME)) {
            return Optional.empty();
        }
        String text = address.getHostString().substring(SCHEME.length());
        int slash = text.indexOf('/');
        return Optional.of(
                new InternalAddress(text.substring(0, slash), text.substring(slash + 1)));
    }

    public InetSocketAddress toSocketAddress() {
        return InetSocketAddress.createUnresolved(toString(), 0);
    }

    /// As Envoy shows it.
    @Override
    public String toString() {
        return SCHEME + listener + "/" + endpoint;
    }
}
