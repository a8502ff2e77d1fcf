package dev.heddle.verify;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Resource;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.verify.MeshTest;
import java.util.ArrayList;
import java.util.List;

/// MeshTests among other files.
public final class MeshTests {
    private MeshTests() {}

    /// All of a source, in the order of its files; those with errors are none.
    public static List<Resource<MeshTest>> of(SourceState source) {
        return source.files().values().stream().flatMap(file -> of(file).stream()).toList();
    }

    /// Those of a file.
    public static List<Resource<MeshTest>> of(ConfigFile file) {
        var suites = new ArrayList<Resource<MeshTest>>();
        for (Resource<?> resource : file.resources()) {
            if (resource.spec() instanceof MeshTest test) {
                suites.add(
                        new Resource<>(
                                Kinds.MESH_TEST, resource.metadata(), test, resource.source()));
            }
        }
        return suites;
    }
}
