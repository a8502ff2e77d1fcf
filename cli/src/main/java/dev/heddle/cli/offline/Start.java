package dev.heddle.cli.offline;

import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.xds.patch.BootstrapText;
import dev.heddle.compiler.xds.patch.SecuredControl;
import dev.heddle.control.push.NodeScopes;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlReader;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.NodeInfo;
import java.util.List;
import java.util.Optional;

/// What a proxy is to be started with.
///
/// @param bootstrap in JSON
/// @param process how its process is to be run
/// @param scope of the proxy
public record Start(String bootstrap, ProcessOptions process, ProxyScope scope) {

    /// Completes a bootstrap with what the world says of the proxy that its node names.
    ///
    /// @param label what to call the text in errors
    /// @param text in YAML or JSON
    /// @throws Failure when it is no bootstrap, or its node is none of a mesh
    public static Start of(World world, String label, String text) {
        return of(world, label, text, Optional.empty());
    }

    /// The same with another way to the control plane.
    ///
    /// @param control empty for the one that the text has
    public static Start of(
            World world, String label, String text, Optional<SecuredControl> control) {
        BootstrapText base = read(label, text, control);
        NodeInfo node =
                base.node()
                        .orElseThrow(() ->
                                Failure.usage(
                                        label + ": node.id is missing",
                                        "say who the proxy is:"
                                                + " sidecar~ADDRESS~NAME.NAMESPACE~DNS.DOMAIN"));
        return switch (NodeScopes.read(node)) {
            case NodeScopes.Outcome.Refused(String reason) ->
                    throw Failure.usage(label + ": " + reason, "");
            case NodeScopes.Outcome.Known(ProxyScope scope) ->
                    new Start(completed(base, label, world, scope), world.process(scope), scope);
        };
    }

    private static String completed(
            BootstrapText base, String label, World world, ProxyScope scope) {
        try {
            return base.completed(world, scope);
        } catch (EnvoyJsonException e) {
            throw Failure.usage("%s: %s: %s".formatted(label, e.path(), e.what()), "");
        }
    }

    private static BootstrapText read(String label, String text, Optional<SecuredControl> control) {
        var findings = new Diagnostics();
        List<YamlReader.Document> documents = YamlReader.read(label, text, findings);
        if (findings.hasErrors() || documents.size() != 1) {
            String why =
                    findings.toList().stream()
                            .findFirst()
                            .map(Diagnostic::toString)
                            .orElse(label + ": " + documents.size() + " documents (expected: 1)");
            throw Failure.usage(why, "name an Envoy v3 bootstrap in YAML or JSON");
        }
        try {
            BootstrapText read = BootstrapText.parse(Json.compact(documents.getFirst().root()));
            return control.isPresent() ? read.with(control.get()) : read;
        } catch (EnvoyJsonException e) {
            throw Failure.usage("%s: %s: %s".formatted(label, e.path(), e.what()), "");
        }
    }
}
