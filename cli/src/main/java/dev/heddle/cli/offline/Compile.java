package dev.heddle.cli.offline;

import dev.heddle.cli.machine.Machine;
import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.explain.Scopes;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlWriter;
import java.nio.file.Path;
import java.util.List;

/// `heddle compile`: prints what a proxy would be given, as an Envoy bootstrap that needs no
/// control plane.
public final class Compile {
    private Compile() {}

    /// Prints the configuration on standard output and the findings on the other.
    ///
    /// @param proxy labels of its workload
    /// @return 1 when a finding is an error, 0 otherwise
    public static int run(
            List<Path> config, String proxy, String namespace, boolean yaml, Machine machine) {
        Edition edition = Configuration.read(config, machine.in());
        var scope = Scopes.find(edition.world(), Labels.parse("--proxy", proxy), namespace);
        Compiled compiled = MeshCompiler.compile(edition.world(), scope);
        String json =
                SnapshotJson.bootstrap(
                        compiled.snapshot(),
                        made -> BootstrapPatches.complete(edition.world(), scope, made));
        machine.out().print(yaml ? YamlWriter.write(Json.parse(json)) : json);
        if (!json.endsWith("\n") && !yaml) {
            machine.out().println();
        }
        var findings = new Diagnostics();
        findings.addAll(edition.findings());
        findings.addAll(compiled.diagnostics());
        List<Diagnostic> all = findings.toList();
        machine.err().print(FindingsText.lines(all));
        return findings.hasErrors() ? 1 : 0;
    }
}
