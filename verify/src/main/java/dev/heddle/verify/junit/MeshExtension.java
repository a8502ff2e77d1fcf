package dev.heddle.verify.junit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Reads what [HeddleMesh] names, each configuration once for all tests of a run.
public final class MeshExtension implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(MeshExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MeshUnderTest.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        HeddleMesh asked = context.getRequiredTestClass().getAnnotation(HeddleMesh.class);
        if (asked == null) {
            throw new ParameterResolutionException(
                    context.getRequiredTestClass().getName()
                            + " has no @HeddleMesh (expected: one that names its configuration)");
        }
        List<Path> paths = Stream.of(asked.config()).map(Path::of).toList();
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent(
                        asked.namespace() + " " + paths,
                        _ -> read(paths, asked.namespace()),
                        MeshUnderTest.class);
    }

    private static MeshUnderTest read(List<Path> paths, String namespace) {
        try {
            return MeshUnderTest.read(paths, namespace);
        } catch (IOException e) {
            throw new ParameterResolutionException(
                    "@HeddleMesh: " + e.getMessage() + " (expected: files or directories)", e);
        }
    }
}
