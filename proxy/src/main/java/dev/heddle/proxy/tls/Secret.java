package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import java.util.List;

/// What is sent under the name of a secret. Prints without what is secret.
public sealed interface Secret {
    /// A certificate with its key.
    record Identity(TlsCertificate certificate) implements Secret {}

    /// Whom to believe.
    record Trust(TrustRules rules) implements Secret {}

    /// With what session tickets are encrypted; the first one for new tickets, the others for old
    /// ones.
    record TicketKeys(List<TicketKey> keys) implements Secret {
        public TicketKeys {
            keys = List.copyOf(keys);
        }
    }
}
