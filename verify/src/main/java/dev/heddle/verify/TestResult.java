package dev.heddle.verify;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.verify.MeshTest;
import java.util.List;

/// What became of a test, or of a simulation.
public sealed interface TestResult permits Outcome, Simulated {
    /// The MeshTest that it stands in.
    Resource<MeshTest> suite();

    /// Of the test.
    String name();

    /// Where it stands in its MeshTest.
    FieldPath path();

    /// None where it passed.
    List<Mismatch> mismatches();

    /// Why it failed, for people; empty where it passed.
    String why();

    default boolean passed() {
        return mismatches().isEmpty();
    }

    /// Where the test stands.
    default Origin origin() {
        return suite().origin(path());
    }

    /// Where an expectation of it stands.
    default Origin origin(Mismatch mismatch) {
        FieldPath path = path().field("expect");
        // Names of headers may have points, too.
        int depth = mismatch.field().contains("Headers.") ? 2 : 0;
        for (String name : mismatch.field().split("\\.", depth)) {
            path = path.field(name);
        }
        return suite().origin(path);
    }
}
