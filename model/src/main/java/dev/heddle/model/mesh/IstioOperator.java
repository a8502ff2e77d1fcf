package dev.heddle.model.mesh;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Skips;
import dev.heddle.model.tree.Node;
import java.util.Optional;

/// What somebody installs Istio with: its settings of the mesh count here, too. Skipped is what
/// matters to an installer alone.
///
/// @param values of Istio's charts
@Skips({
    "profile",
    "installPackagePath",
    "hub",
    "tag",
    "namespace",
    "revision",
    "compatibilityVersion",
    "components",
    "addonComponents"
})
public record IstioOperator(
        Optional<MeshConfig> meshConfig, @NotYet Node values, @NotYet Node unvalidatedValues) {}
