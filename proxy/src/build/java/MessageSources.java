import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.heddle.xds.EnvoyTypes;
import dev.heddle.xds.wire.FieldKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Writes a small class for each message that a proxy's configuration may hold: names for the
/// fields of a `dev.heddle.xds.wire.Message`, as protobuf's own generator calls them, and no more.
///
/// A class bears its message's full name, so `envoy.config.route.v3.Route` is the one of the
/// package `envoy.config.route.v3`. Run by the build with the directory to write to.
///
/// This file is long because it is run from its source, so it has to be one.
public final class MessageSources {
    private static final String ANY = "google.protobuf.Any";
    private static final String WIRE = "dev.heddle.xds.wire.";

    /// What may stand by itself or in an `Any`, beside all extensions.
    private static final Set<String> ROOTS =
            Set.of(
                    "envoy.config.bootstrap.v3.Bootstrap",
                    "envoy.config.cluster.v3.Cluster",
                    "envoy.config.endpoint.v3.ClusterLoadAssignment",
                    "envoy.config.listener.v3.Listener",
                    "envoy.config.metrics.v3.MetricsServiceConfig",
                    "envoy.config.overload.v3.ScaleTimersOverloadActionConfig",
                    "envoy.config.route.v3.FilterConfig",
                    "envoy.config.route.v3.RouteConfiguration",
                    "envoy.config.trace.v3.DatadogConfig",
                    "envoy.config.trace.v3.OpenTelemetryConfig",
                    "envoy.config.trace.v3.SkyWalkingConfig",
                    "envoy.config.trace.v3.ZipkinConfig",
                    "envoy.service.auth.v3.CheckResponse",
                    "envoy.service.discovery.v3.DiscoveryResponse",
                    "envoy.service.runtime.v3.Runtime");

    /// What is within another message and may yet stand in an `Any`.
    private static final Set<String> NESTED =
            Set.of(
                    "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.ConversionAction",
                    "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.DropAction");

    private final Path directory;
    private final Set<String> written = new HashSet<>();
    private final Set<String> roots = new TreeSet<>();

    private MessageSources(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws IOException {
        var sources = new MessageSources(Path.of(args[0]));
        Set<FileDescriptor> files = new LinkedHashSet<>();
        EnvoyTypes.all().forEach(type -> collect(type.getFile(), files));
        for (FileDescriptor file : files) {
            for (Descriptor type : file.getMessageTypes()) {
                String name = type.getFullName();
                if (ROOTS.contains(name)
                        || name.startsWith("envoy.extensions.")
                        || name.startsWith("google.protobuf.") && isValue(file)) {
                    sources.roots.add(name);
                    type.getNestedTypes().stream()
                            .map(Descriptor::getFullName)
                            .filter(NESTED::contains)
                            .forEach(sources.roots::add);
                    sources.write(type);
                }
            }
        }
        sources.writeRegistry();
    }

    private static void collect(FileDescriptor file, Set<FileDescriptor> files) {
        if (files.add(file)) {
            file.getDependencies().forEach(it -> collect(it, files));
        }
    }

    private static boolean isValue(FileDescriptor file) {
        return !file.getName().endsWith("/descriptor.proto");
    }

    private void writeRegistry() throws IOException {
        var out = new StringBuilder();
        out.append("package envoy;\n\n");
        out.append("/// Messages by their names.\npublic final class Messages {\n");
        out.append("    private Messages() {}\n\n");
        out.append("    /// An empty message of a type; empty when it is not known.\n");
        out.append("    public static java.util.Optional<").append(WIRE).append("Message> find(");
        out.append(
                "String name) {\n        return java.util.Optional.ofNullable(switch (name) {\n");
        for (String name : roots) {
            String type = name.equals(ANY) ? WIRE + "Any" : name;
            out.append("            case \"").append(name).append("\" -> ");
            out.append(type).append(".getDefaultInstance();\n");
        }
        out.append("            default -> null;\n        });\n    }\n}\n");
        put("envoy.Messages", out);
    }

    private void put(String name, CharSequence text) throws IOException {
        Path file = directory.resolve(name.replace('.', '/') + ".java");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    // --- types ---------------------------------------------------------------------------------

    /// Writes the file of a type's outermost type, once, and those of all that it refers to.
    private void write(Descriptor type) throws IOException {
        Descriptor outermost = type;
        while (outermost.getContainingType() != null) {
            outermost = outermost.getContainingType();
        }
        if (outermost.getFullName().equals(ANY) || !written.add(outermost.getFullName())) {
            return;
        }
        var out = new StringBuilder();
        out.append("package ").append(outermost.getFile().getPackage()).append(";\n\n");
        message(out, outermost, "");
        put(outermost.getFullName(), out);
    }

    private void write(EnumDescriptor type) throws IOException {
        if (type.getContainingType() != null) {
            write(type.getContainingType());
        } else if (written.add(type.getFullName())) {
            var out = new StringBuilder();
            out.append("package ").append(type.getFile().getPackage()).append(";\n\n");
            constants(out, type, "");
            put(type.getFullName(), out);
        }
    }

    private void message(StringBuilder out, Descriptor type, String indent) throws IOException {
        String name = type.getName();
        String in = indent + "    ";
        out.append(indent).append("/// `").append(type.getFullName()).append("`.\n");
        out.append(indent).append("public ").append(indent.isEmpty() ? "" : "static ");
        out.append("final class ").append(name).append(" extends ").append(WIRE);
        out.append("Message {\n");
        line(out, in, "private static final " + name + " NONE = new " + name + "(#.EMPTY);");
        line(out, in, "private " + name + "(# bytes) { super(bytes); }");
        line(
                out,
                in,
                "public static "
                        + name
                        + " of(# bytes) {"
                        + " return bytes.isEmpty() ? NONE : new "
                        + name
                        + "(bytes); }");
        line(out, in, "public static " + name + " parseFrom(# bytes) { return of(bytes); }");
        line(out, in, "public static " + name + " getDefaultInstance() { return NONE; }");
        line(
                out,
                in,
                "@java.lang.Override public " + name + " read(# other) { return of(other); }");
        line(
                out,
                in,
                "@java.lang.Override public String typeName() { return \""
                        + type.getFullName()
                        + "\"; }");
        line(
                out,
                in,
                "@java.lang.Override protected String schema() { return \""
                        + schema(type)
                        + "\"; }");
        prototypes(out, type, in);
        for (FieldDescriptor field : type.getFields()) {
            if (field.getType() == FieldDescriptor.Type.GROUP) {
                throw new IOException(field.getFullName() + ": a group");
            }
            refer(field);
            field(out, field, in);
        }
        for (OneofDescriptor oneof : type.getRealOneofs()) {
            oneof(out, oneof, in);
        }
        for (EnumDescriptor inner : type.getEnumTypes()) {
            constants(out, inner, in);
        }
        for (Descriptor inner : type.getNestedTypes()) {
            if (!inner.getOptions().getMapEntry()) {
                message(out, inner, in);
            }
        }
        out.append(indent).append("}\n");
    }

    private void refer(FieldDescriptor field) throws IOException {
        if (field.isMapField()) {
            refer(field.getMessageType().findFieldByNumber(2));
        } else if (field.getType() == FieldDescriptor.Type.MESSAGE) {
            write(field.getMessageType());
        } else if (field.getType() == FieldDescriptor.Type.ENUM) {
            write(field.getEnumType());
        }
    }

    private static void line(StringBuilder out, String indent, String text) {
        out.append(indent).append(text.replace("#", WIRE + "Bytes")).append('\n');
    }

    private static String schema(Descriptor type) {
        var out = new StringBuilder();
        for (FieldDescriptor field : type.getFields()) {
            out.append(field.getName()).append(',').append(field.getNumber()).append(',');
            FieldDescriptor value = field;
            if (field.isMapField()) {
                value = field.getMessageType().findFieldByNumber(2);
                out.append('%');
            } else if (field.isRepeated()) {
                out.append('*');
            } else {
                out.append(field.hasPresence() ? '?' : '-');
            }
            out.append(FieldKind.valueOf(value.getType().name()).letter());
            OneofDescriptor oneof = field.getRealContainingOneof();
            if (oneof != null) {
                out.append('@').append((char) ('a' + oneof.getIndex()));
            }
            if (value.getType() == FieldDescriptor.Type.ENUM) {
                out.append(
                        value.getEnumType().getValues().stream()
                                .map(it -> it.getName() + "=" + it.getNumber())
                                .collect(Collectors.joining("|")));
            }
            out.append(';');
        }
        return out.toString();
    }

    private static void prototypes(StringBuilder out, Descriptor type, String in) {
        var cases = new ArrayList<String>();
        for (FieldDescriptor field : type.getFields()) {
            FieldDescriptor value =
                    field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
            if (value.getType() == FieldDescriptor.Type.MESSAGE) {
                String java = javaName(value.getMessageType());
                cases.add("case " + field.getNumber() + " -> " + java + ".getDefaultInstance();");
            }
        }
        if (cases.isEmpty()) {
            return;
        }
        line(out, in, "@java.lang.Override protected " + WIRE + "Message prototype(int number) {");
        line(out, in, "    return switch (number) {");
        cases.forEach(it -> line(out, in, "        " + it));
        line(out, in, "        default -> super.prototype(number);");
        line(out, in, "    };");
        line(out, in, "}");
    }

    private static String javaName(GenericDescriptor type) {
        return type.getFullName().equals(ANY) ? WIRE + "Any" : type.getFullName();
    }

    private static void constants(StringBuilder out, EnumDescriptor type, String indent) {
        String in = indent + "    ";
        var taken = new HashSet<Integer>();
        List<EnumValueDescriptor> values =
                type.getValues().stream().filter(it -> taken.add(it.getNumber())).toList();
        out.append(indent).append("/// `").append(type.getFullName()).append("`.\n");
        out.append(indent).append("public enum ").append(type.getName()).append(" {\n");
        for (EnumValueDescriptor value : values) {
            line(out, in, value.getName() + "(" + value.getNumber() + "),");
        }
        line(out, in, "UNRECOGNIZED(-1);");
        line(out, in, "private final int number;");
        line(out, in, type.getName() + "(int number) { this.number = number; }");
        line(out, in, "public int getNumber() { return number; }");
        line(out, in, "static " + type.getName() + " of(long number) {");
        line(out, in, "    return switch ((int) number) {");
        for (EnumValueDescriptor value : values) {
            line(out, in, "        case " + value.getNumber() + " -> " + value.getName() + ";");
        }
        line(out, in, "        default -> UNRECOGNIZED;");
        line(out, in, "    };");
        line(out, in, "}");
        // Types of other packages ask by this.
        line(out, in, "public static " + type.getName() + " forNumber(long number) {");
        line(out, in, "    return of(number);");
        line(out, in, "}");
        out.append(indent).append("}\n");
    }

    private static void oneof(StringBuilder out, OneofDescriptor oneof, String in) {
        String name = camel(oneof.getName());
        String none = name.toUpperCase(Locale.ROOT) + "_NOT_SET";
        line(out, in, "public enum " + name + "Case {");
        for (FieldDescriptor field : oneof.getFields()) {
            line(out, in, "    " + field.getName().toUpperCase(Locale.ROOT) + ",");
        }
        line(out, in, "    " + none);
        line(out, in, "}");
        line(out, in, "public " + name + "Case get" + name + "Case() {");
        line(out, in, "    return switch (lastOf(" + numbers(oneof) + ")) {");
        for (FieldDescriptor field : oneof.getFields()) {
            line(
                    out,
                    in,
                    "        case "
                            + field.getNumber()
                            + " -> "
                            + name
                            + "Case."
                            + field.getName().toUpperCase(Locale.ROOT)
                            + ";");
        }
        line(out, in, "        default -> " + name + "Case." + none + ";");
        line(out, in, "    };");
        line(out, in, "}");
    }

    private static String numbers(OneofDescriptor oneof) {
        return oneof.getFields().stream()
                .map(it -> Integer.toString(it.getNumber()))
                .collect(Collectors.joining(", "));
    }

    // --- fields --------------------------------------------------------------------------------

    private static void field(StringBuilder out, FieldDescriptor field, String in)
            throws IOException {
        String name = camel(field.getName());
        int number = field.getNumber();
        if (field.isMapField()) {
            map(out, field, name, in);
        } else if (field.isRepeated()) {
            list(out, field, name, in);
        } else {
            OneofDescriptor oneof = field.getRealContainingOneof();
            if (field.hasPresence()) {
                String has =
                        oneof == null
                                ? "has(" + number + ")"
                                : "lastOf(" + numbers(oneof) + ") == " + number;
                line(out, in, "public boolean has" + name + "() { return " + has + "; }");
            }
            String guard = oneof == null ? "" : "!has" + name + "() ? DEFAULT : ";
            single(out, field, name, in, guard);
        }
    }

    private static void single(
            StringBuilder out, FieldDescriptor field, String name, String in, String guard) {
        int number = field.getNumber();
        String type = javaType(field);
        String value =
                switch (field.getJavaType()) {
                    case MESSAGE -> type + ".of(part(" + number + "))";
                    case ENUM -> type + ".forNumber(number(" + number + "))";
                    case STRING -> "text(" + number + ")";
                    case BYTE_STRING -> "blob(" + number + ")";
                    case BOOLEAN -> "truth(" + number + ")";
                    case INT, LONG, FLOAT, DOUBLE -> decoded(field, "number(" + number + ")");
                };
        String unset =
                switch (field.getJavaType()) {
                    case MESSAGE -> type + ".getDefaultInstance()";
                    case ENUM -> type + ".forNumber(0)";
                    case STRING -> "\"\"";
                    case BYTE_STRING -> "#.EMPTY";
                    case BOOLEAN -> "false";
                    case INT, LONG, FLOAT, DOUBLE -> "0";
                };
        line(
                out,
                in,
                "public "
                        + type
                        + " get"
                        + name
                        + "() { return "
                        + guard.replace("DEFAULT", unset)
                        + value
                        + "; }");
        if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
            line(
                    out,
                    in,
                    "public int get" + name + "Value() { return (int) number(" + number + "); }");
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
            line(out, in, "public # get" + name + "Bytes() { return blob(" + number + "); }");
        }
    }

    /// A number of the wire as Java has it.
    private static String decoded(FieldDescriptor field, String number) {
        return switch (field.getType()) {
            case DOUBLE -> "Double.longBitsToDouble(" + number + ")";
            case FLOAT -> "Float.intBitsToFloat((int) " + number + ")";
            case INT32, UINT32, FIXED32, SFIXED32 -> "(int) " + number;
            case SINT32 -> "(int) zigzag(" + number + ")";
            case SINT64 -> "zigzag(" + number + ")";
            default -> number;
        };
    }

    private static void list(StringBuilder out, FieldDescriptor field, String name, String in)
            throws IOException {
        int number = field.getNumber();
        String type = javaType(field);
        switch (field.getJavaType()) {
            case MESSAGE -> {
                line(
                        out,
                        in,
                        "public int get" + name + "Count() { return count(" + number + "); }");
                line(
                        out,
                        in,
                        "public "
                                + type
                                + " get"
                                + name
                                + "(int which) { return "
                                + type
                                + ".of(part("
                                + number
                                + ", which)); }");
                line(out, in, "public java.util.List<" + type + "> get" + name + "List() {");
                line(out, in, "    #[] parts = parts(" + number + ");");
                line(out, in, "    var all = new " + type + "[parts.length];");
                line(out, in, "    for (int i = 0; i < parts.length; i++) {");
                line(out, in, "        all[i] = " + type + ".of(parts[i]);");
                line(out, in, "    }");
                line(out, in, "    return java.util.List.of(all);");
                line(out, in, "}");
            }
            case STRING -> {
                line(
                        out,
                        in,
                        "public int get" + name + "Count() { return count(" + number + "); }");
                line(
                        out,
                        in,
                        "public String get"
                                + name
                                + "(int which) { return get"
                                + name
                                + "List().get(which); }");
                line(
                        out,
                        in,
                        "public java.util.List<String> get"
                                + name
                                + "List() { return texts("
                                + number
                                + "); }");
            }
            case BYTE_STRING -> {
                line(
                        out,
                        in,
                        "public int get" + name + "Count() { return count(" + number + "); }");
                line(
                        out,
                        in,
                        "public # get"
                                + name
                                + "(int which) { return part("
                                + number
                                + ", which); }");
                line(
                        out,
                        in,
                        "public java.util.List<#> get"
                                + name
                                + "List() { return java.util.List.of(parts("
                                + number
                                + ")); }");
            }
            case ENUM, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> {
                String boxed = boxed(field);
                String one =
                        switch (field.getJavaType()) {
                            case ENUM -> type + ".forNumber(it)";
                            case BOOLEAN -> "it != 0";
                            default -> decoded(field, "it");
                        };
                line(out, in, "public int get" + name + "Count() {");
                line(out, in, "    return get" + name + "List().size();");
                line(out, in, "}");
                line(out, in, "public " + type + " get" + name + "(int which) {");
                line(out, in, "    return get" + name + "List().get(which);");
                line(out, in, "}");
                line(out, in, "public java.util.List<" + boxed + "> get" + name + "List() {");
                line(out, in, "    var all = new java.util.ArrayList<" + boxed + ">();");
                line(
                        out,
                        in,
                        "    for (long it : numbers(" + number + ", " + width(field) + ")) {");
                line(out, in, "        all.add(" + one + ");");
                line(out, in, "    }");
                line(out, in, "    return java.util.Collections.unmodifiableList(all);");
                line(out, in, "}");
            }
        }
    }

    private static int width(FieldDescriptor field) {
        return switch (field.getType()) {
            case FIXED32, SFIXED32, FLOAT -> Integer.BYTES;
            case FIXED64, SFIXED64, DOUBLE -> Long.BYTES;
            default -> 0;
        };
    }

    private static void map(StringBuilder out, FieldDescriptor field, String name, String in)
            throws IOException {
        int number = field.getNumber();
        FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
        String one =
                switch (value.getJavaType()) {
                    case MESSAGE -> javaType(value) + ".of(value(entry))";
                    case STRING -> "text(value(entry))";
                    default -> "";
                };
        if (key.getJavaType() != FieldDescriptor.JavaType.STRING || one.isEmpty()) {
            // No configuration of ours has one.
            line(out, in, "public int get" + name + "Count() { return count(" + number + "); }");
            return;
        }
        String type = javaType(value);
        line(out, in, "public int get" + name + "Count() { return count(" + number + "); }");
        line(out, in, "public java.util.Map<String, " + type + "> get" + name + "Map() {");
        line(out, in, "    var map = new java.util.LinkedHashMap<String, " + type + ">();");
        line(out, in, "    for (# entry : parts(" + number + ")) {");
        line(out, in, "        map.put(key(entry), " + one + ");");
        line(out, in, "    }");
        line(out, in, "    return java.util.Collections.unmodifiableMap(map);");
        line(out, in, "}");
        line(out, in, "public boolean contains" + name + "(String key) {");
        line(out, in, "    return get" + name + "Map().containsKey(key);");
        line(out, in, "}");
        line(
                out,
                in,
                "public "
                        + type
                        + " get"
                        + name
                        + "OrDefault(String key, "
                        + type
                        + " otherwise) {");
        line(out, in, "    return get" + name + "Map().getOrDefault(key, otherwise);");
        line(out, in, "}");
    }

    private static String javaType(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> javaName(field.getMessageType());
            case ENUM -> javaName(field.getEnumType());
            case STRING -> "String";
            case BYTE_STRING -> "#";
            case BOOLEAN -> "boolean";
            case INT -> "int";
            case LONG -> "long";
            case FLOAT -> "float";
            case DOUBLE -> "double";
        };
    }

    private static String boxed(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> "Boolean";
            case INT -> "Integer";
            case LONG -> "Long";
            case FLOAT -> "Float";
            case DOUBLE -> "Double";
            default -> javaType(field);
        };
    }

    /// `http2_protocol_options` makes `Http2ProtocolOptions`, as protobuf does it.
    private static String camel(String name) {
        var out = new StringBuilder();
        boolean raise = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'a' && c <= 'z') {
                out.append(raise ? (char) (c - 'a' + 'A') : c);
                raise = false;
            } else if (c >= 'A' && c <= 'Z') {
                out.append(c);
                raise = false;
            } else {
                if (c >= '0' && c <= '9') {
                    out.append(c);
                }
                raise = true;
            }
        }
        return out.toString();
    }
}
