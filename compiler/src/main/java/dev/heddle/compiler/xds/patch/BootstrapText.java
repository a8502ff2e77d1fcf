package dev.heddle.compiler.xds.patch;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Position;
import dev.heddle.model.codec.Json;
import dev.heddle.model.mesh.MeshProxyConfig.StatsMatcher;
import dev.heddle.model.tree.Node;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.NodeInfo;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.util.List;
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

    /// With that way to the control plane.
    ///
    /// @throws EnvoyJsonException when it names no control plane, with the field
    public BootstrapText with(SecuredControl control) throws EnvoyJsonException {
        return new BootstrapText(control.in(base));
    }

    /// With what the world says of a proxy of that scope, with metrics for a control plane that
    /// keeps them, with room for long expressions and a runtime that the control plane changes, in
    /// JSON that says the same as YAML.
    ///
    /// @throws EnvoyJsonException when the workload's annotations ask for what no proxy would take,
    ///   with the field
    public String completed(World world, ProxyScope scope) throws EnvoyJsonException {
        Bootstrap telling = world.settings().keepsSignals() ? SignalSink.in(base) : base;
        Bootstrap counting =
                StatsSettings.in(
                        MergedScrape.in(telling, world, scope),
                        scope.annotations().stats(),
                        world.process(scope).statsMatcher().orElse(StatsMatcher.NONE),
                        scope.node().addresses());
        Bootstrap patched = BootstrapPatches.complete(world, scope, counting);
        String json = EnvoyJson.print(LiveRuntime.in(RegexLimit.in(patched)));
        return Json.pretty(whole(Json.parse(json)));
    }

    /// With whole numbers written as such: protobuf writes a node's `port: 80` as `80.0`, which
    /// Envoy takes for a text where the file is called YAML.
    private static Node whole(Node node) {
        return switch (node) {
            case Node.Numeric(String digits, _) -> Node.of(Double.parseDouble(digits));
            case Node.Sequence(List<Node> items, _) ->
                    Node.Sequence.of(items.stream().map(BootstrapText::whole).toList());
            case Node.Mapping(List<Node.Entry> entries, Position position) ->
                    new Node.Mapping(
                            entries.stream()
                                    .map(it ->
                                            new Node.Entry(
                                                    it.key(), whole(it.value()), it.position()))
                                    .toList(),
                            position);
            case Node.Text _, Node.Bool _, Node.Null _ -> node;
        };
    }
}
