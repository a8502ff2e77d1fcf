package dev.heddle.model;

/// Where something comes from: a field of a resource, and the line on which a user wrote it.
///
/// Everything that the compiler produces carries one, so that every decision of a proxy can be led
/// back to a line of somebody's YAML.
///
/// @param resource what was written, as in `VirtualService default/reviews`; empty for a text that
///   is not (yet) a resource, as a file that does not parse
/// @param file path or name of the source; empty when there is none
public record Origin(String resource, FieldPath path, String file, Position position) {
    /// Something that the mesh adds by itself.
    public static final Origin BUILT_IN = new Origin("", FieldPath.ROOT, "", Position.UNKNOWN);

    /// A place in a text that belongs to no resource.
    public static Origin ofText(String file, Position position) {
        return new Origin("", FieldPath.ROOT, file, position);
    }

    /// The namespace of the resource; empty when it lives in none, or there is no resource.
    public String namespace() {
        int slash = resource.indexOf('/');
        return slash < 0 ? "" : resource.substring(resource.indexOf(' ') + 1, slash);
    }

    /// As in `reviews.yaml:12 VirtualService default/reviews spec.http[0].route`.
    @Override
    public String toString() {
        if (equals(BUILT_IN)) {
            return "built-in";
        }
        var text = new StringBuilder(file);
        if (position.line() > 0) {
            text.append(':').append(position.line());
        }
        if (!resource.isEmpty()) {
            text.append(text.isEmpty() ? "" : " ").append(resource);
        }
        if (!path.segments().isEmpty()) {
            text.append(' ').append(path);
        }
        return text.toString();
    }
}
