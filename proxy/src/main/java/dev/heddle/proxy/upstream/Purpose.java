package dev.heddle.proxy.upstream;

import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.tls.PeerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a new connection to a host is for.
///
/// @param alpn the protocols that may be spoken, the preferred one first, which TLS offers unless
///   the cluster says what to offer; none: any
/// @param name that the host is expected to have
/// @param client whom it is for alone, and of whom the host may be told; null for anybody
/// @param origin whose connection it is, as far as a listener of this proxy may be told
public record Purpose(List<String> alpn, PeerName name, @Nullable Client client, Origin origin) {

    public Purpose {
        alpn = List.copyOf(alpn);
    }
}
