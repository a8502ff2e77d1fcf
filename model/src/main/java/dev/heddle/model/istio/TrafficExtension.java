package dev.heddle.model.istio;

import dev.heddle.model.istio.WasmPlugin.FailStrategy;
import dev.heddle.model.istio.WasmPlugin.PluginType;
import dev.heddle.model.istio.WasmPlugin.PullPolicy;
import dev.heddle.model.istio.WasmPlugin.TrafficSelector;
import dev.heddle.model.istio.WasmPlugin.VmConfig;
import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import dev.heddle.model.schema.Inline;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A filter written by somebody else, as WebAssembly or Lua: Istio 1.31's successor of WasmPlugin.
@NotYet
public record TrafficExtension(
        Optional<LabelSelector> selector,
        List<PolicyTargetReference> targetRefs,
        List<TrafficSelector> match,
        Phase phase,
        OptionalInt priority,
        @Inline Optional<Filter> filter)
        implements TargetedPolicy {

    public TrafficExtension {
        targetRefs = List.copyOf(targetRefs);
        match = List.copyOf(match);
    }

    /// Where the filter stands among the others.
    public enum Phase {
        /// Near the router, before metrics.
        UNSPECIFIED,
        /// Before authentication.
        AUTHN,
        /// Between authentication and authorization.
        AUTHZ,
        /// Between authorization and metrics.
        STATS
    }

    /// What runs.
    public sealed interface Filter {
        /// WebAssembly.
        record Wasm(WasmConfig wasm) implements Filter {}

        /// Lua.
        record Lua(LuaConfig lua) implements Filter {}
    }

    /// A module, as in WasmPlugin.
    public record WasmConfig(
            @Required String url,
            String sha256,
            PullPolicy imagePullPolicy,
            Optional<String> imagePullSecret,
            String verificationKey,
            Optional<Node> pluginConfig,
            Optional<String> pluginName,
            FailStrategy failStrategy,
            VmConfig vmConfig,
            PluginType type) {}

    /// @param inlineCode at most 64 KiB
    public record LuaConfig(@Required String inlineCode) {}
}
