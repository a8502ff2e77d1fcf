package dev.heddle.control.view;

import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.ResourceWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The file in which an applied resource is kept: one file for each, named after it, so that two
/// never share one and a person finds what he looks for.
///
/// @param name relative to the configuration directory, as in
///   `applied/virtualservices.networking.istio.io/default/reviews.yaml`
record AppliedFile(String name) {
    /// The directory that applied resources are kept in.
    static final String DIRECTORY = "applied/";

    private static final Pattern SEGMENT = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
    private static final String NO_NAMESPACE = "_";

    /// The file of that resource; empty when its names could not name a file, so that nobody climbs
    /// out of the directory.
    static Optional<AppliedFile> of(ResourceId id) {
        String group = id.kind().group();
        String kind = id.kind().plural() + (group.isEmpty() ? "" : "." + group);
        String namespace = id.namespace().isEmpty() ? NO_NAMESPACE : id.namespace();
        boolean plain =
                SEGMENT.matcher(kind.toLowerCase(Locale.ROOT)).matches()
                        && SEGMENT.matcher(id.name()).matches()
                        && (id.namespace().isEmpty() || SEGMENT.matcher(namespace).matches());
        return plain
                ? Optional.of(
                        new AppliedFile(
                                DIRECTORY + kind + "/" + namespace + "/" + id.name() + ".yaml"))
                : Optional.empty();
    }

    /// What to write into it: the user's own text with its comments, where that says everything.
    static String text(Resource<?> resource) {
        String own = resource.source().text();
        var again = ResourceReader.read("", own);
        boolean enough =
                again.resources().size() == 1 && sameText(again.resources().getFirst(), resource);
        String text = enough ? own : ResourceWriter.yaml(resource);
        return text.endsWith("\n") ? text : text + "\n";
    }

    /// Whether two resources say the same, wherever they were written.
    static boolean sameText(Resource<?> one, Resource<?> other) {
        return one.id().equals(other.id())
                && Json.compact(ResourceWriter.tree(one))
                        .equals(Json.compact(ResourceWriter.tree(other)));
    }
}
