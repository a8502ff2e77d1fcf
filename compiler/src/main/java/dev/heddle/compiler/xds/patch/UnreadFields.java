package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.tree.Node;
import dev.heddle.xds.EnvoyTypes;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the fields of a patch's value that Heddle's own proxy does not read, before it refuses
/// what holds them.
///
/// What a message's parser does not ask for by name is judged by the proxy alone: so is a value
/// that it does not take, or a field that it takes in some places only.
record UnreadFields(Resource<EnvoyFilter> filter, Diagnostics findings) {
    private static final String TYPE = "@type";

    /// Of an HTTP filter; an EXTENSION_CONFIG of its name takes its place before it is sent.
    private static final String DISCOVERY = "config_discovery";

    /// @param value of a message of that type, in Envoy's JSON
    /// @param path where it stands
    void find(Node value, Descriptor type, FieldPath path) {
        if (!(value instanceof Node.Mapping mapping) || isPlain(type)) {
            return;
        }
        if (type.getFullName().equals(Any.getDescriptor().getFullName())) {
            packed(mapping, path);
            return;
        }
        Optional<Set<String>> read = OwnFields.of(type.getFullName());
        for (Node.Entry entry : mapping.entries()) {
            FieldDescriptor field = field(type, entry.key());
            if (field == null
                    || entry.value() instanceof Node.Null
                    || field.getName().equals(DISCOVERY)) {
                continue;
            }
            FieldPath at = path.field(entry.key());
            if (read.isPresent() && !read.get().contains(field.getName()) && isSet(field, entry)) {
                findings.add(
                        DiagnosticCode.NOT_IMPLEMENTED,
                        filter.origin(at),
                        "'"
                                + field.getName()
                                + "' of "
                                + type.getName()
                                + " is no field that Heddle's own proxy reads",
                        "Envoy is given it as it stands; Heddle's own proxy refuses what holds it"
                                + " and stays with what it had");
            } else if (field.getJavaType() == JavaType.MESSAGE) {
                inside(entry.value(), field, at);
            }
        }
    }

    private void inside(Node value, FieldDescriptor field, FieldPath path) {
        if (field.isMapField()) {
            FieldDescriptor values = field.getMessageType().findFieldByName("value");
            if (value instanceof Node.Mapping map && values.getJavaType() == JavaType.MESSAGE) {
                map.entries()
                        .forEach(entry ->
                                find(
                                        entry.value(),
                                        values.getMessageType(),
                                        path.field(entry.key())));
            }
        } else if (value instanceof Node.Sequence(var items, _)) {
            for (int i = 0; i < items.size(); i++) {
                find(items.get(i), field.getMessageType(), path.index(i));
            }
        } else {
            find(value, field.getMessageType(), path);
        }
    }

    /// A type that nobody knows, or that the proxy does not run, was said already.
    private void packed(Node.Mapping mapping, FieldPath path) {
        if (mapping.get(TYPE).orElse(mapping) instanceof Node.Text(String url, _)
                && OwnProxy.runs(url.substring(url.indexOf('/') + 1))) {
            EnvoyTypes.find(url).ifPresent(type -> find(mapping, type, path));
        }
    }

    /// Whether protobuf's JSON has a form of its own for it, in which keys are no fields.
    private static boolean isPlain(Descriptor type) {
        return type.getFullName().startsWith("google.protobuf.")
                && !type.getFullName().equals(Any.getDescriptor().getFullName());
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String key) {
        FieldDescriptor byName = type.findFieldByName(key);
        return byName != null
                ? byName
                : type.getFields().stream()
                        .filter(f -> f.getJsonName().equals(key))
                        .findFirst()
                        .orElse(null);
    }

    /// Of a field that is never absent, its usual value says nothing.
    private static boolean isSet(FieldDescriptor field, Node.Entry entry) {
        if (field.isRepeated() || field.hasPresence()) {
            return true;
        }
        return switch (entry.value()) {
            case Node.Bool(boolean truth, _) -> truth;
            case Node.Text(String text, _) -> !text.isEmpty();
            case Node.Numeric(String digits, _) -> !digits.equals("0");
            case Node.Mapping _, Node.Sequence _, Node.Null _ -> true;
        };
    }
}
