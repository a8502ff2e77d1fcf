package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A filter written by somebody else, as WebAssembly.
///
/// @param url of the module: `oci://`, `http://`, `https://`, `file://`, or without a scheme for
///   OCI
/// @param priority the higher goes first within a phase
@NotYet
public record WasmPlugin(
        Optional<LabelSelector> selector,
        Optional<PolicyTargetReference> targetRef,
        List<PolicyTargetReference> targetRefs,
        @Required String url,
        String sha256,
        PullPolicy imagePullPolicy,
        Optional<String> imagePullSecret,
        String verificationKey,
        Optional<Node> pluginConfig,
        Optional<String> pluginName,
        PluginPhase phase,
        OptionalInt priority,
        FailStrategy failStrategy,
        VmConfig vmConfig,
        List<TrafficSelector> match,
        PluginType type)
        implements TargetedPolicy {

    public WasmPlugin {
        targetRefs = List.copyOf(targetRefs);
        match = List.copyOf(match);
    }

    /// When the module is fetched.
    public enum PullPolicy {
        /// As IfNotPresent; but Always for the tag `latest`.
        UNSPECIFIED_POLICY,
        /// When it is not there.
        IfNotPresent,
        /// With every change of the resource.
        Always
    }

    /// Where the filter stands among the others.
    public enum PluginPhase {
        /// Near the router, before metrics.
        UNSPECIFIED_PHASE,
        /// Before authentication.
        AUTHN,
        /// Between authentication and authorization.
        AUTHZ,
        /// Between authorization and metrics.
        STATS
    }

    /// What happens to traffic when the filter cannot run.
    public enum FailStrategy {
        /// It is refused.
        FAIL_CLOSE,
        /// It passes.
        FAIL_OPEN,
        /// The module is started again.
        FAIL_RELOAD
    }

    /// What kind of filter it is.
    public enum PluginType {
        /// As HTTP.
        UNSPECIFIED_PLUGIN_TYPE,
        /// For requests.
        HTTP,
        /// For connections.
        NETWORK
    }

    /// The module's surroundings.
    public record VmConfig(List<EnvVar> env) {
        public VmConfig {
            env = List.copyOf(env);
        }
    }

    /// An environment variable.
    ///
    /// @param value only with INLINE
    public record EnvVar(@Required String name, EnvValueSource valueFrom, String value) {}

    /// Where the value of a variable comes from.
    public enum EnvValueSource {
        /// From the resource.
        INLINE,
        /// From the proxy's own environment.
        HOST
    }

    /// Which traffic the filter sees.
    public record TrafficSelector(WorkloadMode mode, List<PluginPort> ports) {
        public TrafficSelector {
            ports = List.copyOf(ports);
        }
    }

    /// Which side of a call.
    public enum WorkloadMode {
        /// Both.
        UNDEFINED,
        /// The caller.
        CLIENT,
        /// The called.
        SERVER,
        /// Both.
        CLIENT_AND_SERVER
    }

    /// A port by its number.
    public record PluginPort(@Required OptionalInt number) {}
}
