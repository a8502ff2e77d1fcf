package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /// What filters show, or sign with. Prints without it.
    final class Words implements Secret {
        private final byte[] bytes;

        public Words(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Words words && MessageDigest.isEqual(bytes, words.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Words[redacted]";
        }
    }
}
