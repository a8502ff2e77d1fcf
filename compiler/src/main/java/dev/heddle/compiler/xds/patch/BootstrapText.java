package dev.heddle.compiler.xds.patch;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.NodeInfo;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.util.Optional;

/// An Envoy bootstrap that somebody wrote, for those who know no more of it than its text.
public final class BootstrapText {
    private final Bootstrap base;

    private BootstrapText(Bootstrap base) {
        this.base = base;
    }

    /// Reads one.
    ///
    /// @throws EnvoyJsonException when it is none, with the field
    public static BootstrapText parse(String json) throws EnvoyJsonException {
        return new BootstrapText(EnvoyJson.parse(json, Bootstrap.getDefaultInstance()));
    }

    /// Who the proxy is; empty where it does not say it.
    public Optional<NodeInfo> node() {
        return NodeInfo.of(base.getNode());
    }

    /// With what the world says of a proxy of that scope, in JSON.
    public String completed(World world, ProxyScope scope) {
        return EnvoyJson.print(BootstrapPatches.complete(world, scope, base)) + "\n";
    }
}
