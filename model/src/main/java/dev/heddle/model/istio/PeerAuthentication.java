package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.schema.Ordered;
import java.util.Map;
import java.util.Optional;

/// Whether callers of a workload have to prove who they are.
///
/// Without a selector it is for the whole namespace, or, in the mesh's root namespace, for the
/// whole mesh; with one for the workloads of its namespace that it chooses.
///
/// @param portLevelMtls by port of the workload; needs a selector
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
