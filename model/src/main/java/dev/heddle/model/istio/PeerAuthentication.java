package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import java.util.Map;
import java.util.Optional;

/// Whether callers of a workload have to prove who they are.
///
/// @param portLevelMtls by port of the workload; needs a selector
@NotYet
public record PeerAuthentication(
        Optional<LabelSelector> selector,
        Optional<MutualTls> mtls,
        Map<String, MutualTls> portLevelMtls) {

    public PeerAuthentication {
        portLevelMtls = Ordered.copyOf(portLevelMtls);
    }

    /// How strict a port is.
    public record MutualTls(Mode mode) {
        /// How strict.
        public enum Mode {
            /// As the parent has it: the namespace, the mesh, and in the end PERMISSIVE.
            UNSET,
            /// Plain text only.
            DISABLE,
            /// Plain text and mutual TLS.
            PERMISSIVE,
            /// Mutual TLS only.
            STRICT
        }
    }
}
