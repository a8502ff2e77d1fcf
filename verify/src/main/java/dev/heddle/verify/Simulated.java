package dev.heddle.verify;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.verify.sim.Measured;
import java.util.List;

/// What became of one simulation.
///
/// @param suite that it stands in
/// @param index among the suite's simulations
/// @param measured what became of its requests
/// @param mismatches none where it passed
public record Simulated(
        Resource<MeshTest> suite, int index, Measured measured, List<Mismatch> mismatches)
        implements TestResult {
    public Simulated {
        mismatches = List.copyOf(mismatches);
    }

    @Override
    public String name() {
        return suite.spec().simulations().get(index).name();
    }

    @Override
    public FieldPath path() {
        return FieldPath.of("spec", "simulations").index(index);
    }

    @Override
    public String why() {
        return passed() ? "" : OutcomeText.mismatches(this) + SimulatedText.of(measured);
    }
}
