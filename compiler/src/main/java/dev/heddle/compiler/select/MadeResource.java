package dev.heddle.compiler.select;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.SourceText;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.tree.Node.Mapping;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Makes a resource of what another kind says, with the places of the other's lines.
public final class MadeResource {
    private MadeResource() {}

    /// What a resource was made of; itself if it was not made of another one.
    public static Resource<?> original(Resource<?> resource) {
        return resource.source() instanceof Source source ? source.of() : resource;
    }

    /// Where a field stands, in what the resource was made of.
    public static Origin origin(Resource<?> resource, FieldPath path) {
        return resource.source() instanceof Source source
                ? source.origin().apply(path).orElseGet(source.of()::origin)
                : resource.origin(path);
    }

    /// The resource; empty when what was said makes none, which is a finding then.
    static <S> Optional<Resource<S>> of(
            Kind<S> kind,
            String namespace,
            String name,
            Map<String, String> annotations,
            Mapping spec,
            Source source,
            Diagnostics findings) {
        Mapping document =
                Mapping.EMPTY
                        .with("apiVersion", kind.apiVersion())
                        .with("kind", kind.name())
                        .with(
                                "metadata",
                                Mapping.EMPTY.with("name", name).with("namespace", namespace))
                        .with("spec", spec);
        ResourceReader.Parsed parsed = ResourceReader.read("made", Json.compact(document));
        parsed.diagnostics().stream()
                .filter(found -> found.severity() == Severity.ERROR)
                .forEach(found ->
                        findings.add(
                                DiagnosticCode.LEFT_OUT,
                                source.origin()
                                        .apply(found.origin().path())
                                        .orElseGet(source.of()::origin),
                                found.message(),
                                "Istio's " + kind.name() + " for this cannot be made"));
        return parsed.resources().stream()
                .findFirst()
                .map(made ->
                        new Resource<>(
                                kind,
                                new Metadata(
                                        name,
                                        namespace,
                                        Map.of(),
                                        annotations,
                                        source.of().metadata().created()),
                                kind.spec().cast(made.spec()),
                                source.saying(spec)));
    }

    /// Where its fields come from.
    ///
    /// @param origin of a field, where it is known better than by the whole of the other
    /// @param spec what was made
    record Source(Resource<?> of, Function<FieldPath, Optional<Origin>> origin, Mapping spec)
            implements SourceText {
        Source(Resource<?> of, Function<FieldPath, Optional<Origin>> origin) {
            this(of, origin, Mapping.EMPTY);
        }

        private Source saying(Mapping made) {
            return new Source(of, origin, made);
        }

        @Override
        public String file() {
            return of.source().file();
        }

        @Override
        public Position position(FieldPath path) {
            return origin.apply(path).orElseGet(of::origin).position();
        }

        @Override
        public String text() {
            return of.source().text();
        }
    }
}
