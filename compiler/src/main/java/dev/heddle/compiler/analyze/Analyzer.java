package dev.heddle.compiler.analyze;

import dev.heddle.model.Diagnostics;

/// One question that is asked of a whole mesh.
interface Analyzer {
    /// Adds what is wrong.
    void analyze(Subject subject, Diagnostics findings);
}
