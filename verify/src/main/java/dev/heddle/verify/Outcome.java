package dev.heddle.verify;

import dev.heddle.compiler.explain.Journey;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
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
        Resource<MeshTest> suite, int index, Journey journey, List<Mismatch> mismatches) {
    public Outcome {
        mismatches = List.copyOf(mismatches);
    }

    /// The test itself.
    public Case test() {
        return suite.spec().tests().get(index);
    }

    public boolean passed() {
        return mismatches.isEmpty();
    }

    /// Where the test stands.
    public Origin origin() {
        return suite.origin(path());
    }

    /// Where an expectation of it stands.
    public Origin origin(Mismatch mismatch) {
        FieldPath path = path().field("expect");
        // Names of headers may have points, too.
        int depth = mismatch.field().contains("Headers.") ? 2 : 0;
        for (String name : mismatch.field().split("\\.", depth)) {
            path = path.field(name);
        }
        return suite.origin(path);
    }

    private FieldPath path() {
        return FieldPath.of("spec", "tests").index(index);
    }
}
