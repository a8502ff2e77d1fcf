package dev.heddle.verify;

import dev.heddle.compiler.explain.Journey;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.model.verify.MeshTest.Case;
import java.util.List;

/// What became of one test.
///
/// @param suite that it stands in
/// @param index among the suite's tests
/// @param journey of its request
/// @param mismatches none where it passed
public record Outcome(
        Resource<MeshTest> suite, int index, Journey journey, List<Mismatch> mismatches)
        implements TestResult {
    public Outcome {
        mismatches = List.copyOf(mismatches);
    }

    /// The test itself.
    public Case test() {
        return suite.spec().tests().get(index);
    }

    @Override
    public String name() {
        return test().name();
    }

    @Override
    public FieldPath path() {
        return FieldPath.of("spec", "tests").index(index);
    }

    @Override
    public String why() {
        return OutcomeText.why(this);
    }
}
