package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import dev.heddle.xds.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The messages, enums and services of a set of descriptors (`google.protobuf.FileDescriptorSet`).
///
/// Read without protobuf's library, which would cost a proxy some thousand classes. Immutable.
final class Types {
    /// Before a name it is a type's URL.
    static final String URL_PREFIX = "type.googleapis.com/";

    /// Messages within messages within messages; deeper ones nobody writes.
    private static final int MOST_NESTED = 32;

    private static final int GROUP_ENCODING = 2;

    /// A method of a service.
    ///
    /// @param path as in `/shop.Shelves/List`
    record Method(
            String name,
            String path,
            String input,
            String output,
            boolean isClientStreaming,
            boolean isServerStreaming,
            @Nullable HttpRule rule) {}

    /// The constants of an enum, of which those that come first count where numbers are equal.
    record EnumType(String name, Map<String, Integer> numbers, Map<Integer, String> names) {}

    private final Map<String, MessageType> messages = new HashMap<>();
    private final Map<String, EnumType> enums = new HashMap<>();
    private final Map<String, List<Method>> services = new LinkedHashMap<>();

    /// Reads a set.
    ///
    /// @throws IllegalArgumentException when the bytes are none, or something is missing in it that
    ///   it refers to, naming that
    static Types read(Bytes set) {
        var types = new Types();
        var seen = new HashSet<String>();
        var files = new Raw(set);
        if (files.times(1) == 0) {
            throw new IllegalArgumentException("no file in it (expected: a FileDescriptorSet)");
        }
        for (int i = 0; i < files.times(1); i++) {
            types.file(files.message(1, i), seen);
        }
        types.check();
        return types;
    }

    private void file(Raw file, Set<String> seen) {
        String name = file.string(1);
        for (int i = 0; i < file.times(3); i++) {
            if (!seen.contains(file.string(3, i))) {
                throw new IllegalArgumentException(
                        "file '"
                                + name
                                + "' imports '"
                                + file.string(3, i)
                                + "', which is not there before it"
                                + " (expected: a set made with --include_imports)");
            }
        }
        if (!seen.add(name)) {
            throw new IllegalArgumentException("file '" + name + "' is there twice");
        }
        String scope = file.string(2);
        String syntax = file.string(12);
        // Of editions, a field's presence is what its features say; where they say nothing,
        // explicit.
        var features = new Features(syntax, file.message(8).message(50).integer(1));
        for (int i = 0; i < file.times(4); i++) {
            message(file.message(4, i), scope, features, 0);
        }
        for (int i = 0; i < file.times(5); i++) {
            enumeration(file.message(5, i), scope);
        }
        for (int i = 0; i < file.times(6); i++) {
            service(file.message(6, i), scope);
        }
    }

    /// How a file's fields are meant.
    ///
    /// @param presence of editions: 1 explicit, 2 implicit, 3 required, 0 for what is usual
    private record Features(String syntax, long presence) {
        boolean isProto3() {
            return syntax.equals("proto3");
        }

        boolean isPresent(Raw field, Kind kind) {
            if (kind.isMessage() || field.times(9) > 0) {
                return true;
            }
            if (!syntax.equals("editions")) {
                return !isProto3();
            }
            return presence(field) != 2;
        }

        boolean isRequired(Raw field) {
            return syntax.equals("editions") ? presence(field) == 3 : field.integer(4) == 2;
        }

        private long presence(Raw field) {
            long own = field.message(8).message(21).integer(1);
            return own == 0 ? presence : own;
        }
    }

    private static String join(String scope, String name) {
        return scope.isEmpty() ? name : scope + "." + name;
    }

    private void message(Raw said, String scope, Features features, int depth) {
        String name = join(scope, said.string(1));
        if (depth > MOST_NESTED) {
            throw new IllegalArgumentException(
                    "message '" + name + "' is more than " + MOST_NESTED + " deep in others");
        }
        var fields = new ArrayList<Field>();
        for (int i = 0; i < said.times(2); i++) {
            fields.add(field(said.message(2, i), name, features));
        }
        var oneofs = new ArrayList<String>();
        for (int i = 0; i < said.times(8); i++) {
            oneofs.add(said.message(8, i).string(1));
        }
        var type =
                new MessageType(
                        name, features.isProto3(), said.message(7).isTrue(7), fields, oneofs);
        if (messages.put(name, type) != null) {
            throw new IllegalArgumentException("message '" + name + "' is there twice");
        }
        for (int i = 0; i < said.times(3); i++) {
            message(said.message(3, i), name, features, depth + 1);
        }
        for (int i = 0; i < said.times(4); i++) {
            enumeration(said.message(4, i), name);
        }
    }

    private static Field field(Raw said, String message, Features features) {
        String name = said.string(1);
        try {
            Kind kind = Kind.of(said.integer(5));
            if (said.message(8).message(21).integer(5) == GROUP_ENCODING) {
                throw new IllegalArgumentException(
                        "features.message_encoding: DELIMITED (expected: LENGTH_PREFIXED)");
            }
            String typeName = said.string(6);
            return new Field(
                    name,
                    said.times(10) > 0 ? said.string(10) : camelCase(name),
                    (int) said.integer(3),
                    kind,
                    said.integer(4) == 3,
                    features.isRequired(said),
                    features.isPresent(said, kind),
                    said.times(9) > 0 ? (int) said.integer(9) : -1,
                    typeName.startsWith(".") ? typeName.substring(1) : typeName);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "field '" + message + "." + name + "': " + e.getMessage(), e);
        }
    }

    /// As `protoc` names fields in JSON.
    static String camelCase(String name) {
        var camel = new StringBuilder(name.length());
        boolean isUpper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                isUpper = true;
            } else {
                camel.append(isUpper && c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
                isUpper = false;
            }
        }
        return camel.toString();
    }

    private void enumeration(Raw said, String scope) {
        String name = join(scope, said.string(1));
        var numbers = new HashMap<String, Integer>();
        var names = new HashMap<Integer, String>();
        for (int i = 0; i < said.times(2); i++) {
            Raw value = said.message(2, i);
            numbers.putIfAbsent(value.string(1), (int) value.integer(2));
            names.putIfAbsent((int) value.integer(2), value.string(1));
        }
        enums.put(name, new EnumType(name, Map.copyOf(numbers), Map.copyOf(names)));
    }

    private void service(Raw said, String scope) {
        String name = join(scope, said.string(1));
        var methods = new ArrayList<Method>();
        for (int i = 0; i < said.times(2); i++) {
            Raw method = said.message(2, i);
            Raw options = method.message(4);
            methods.add(
                    new Method(
                            name + "." + method.string(1),
                            "/" + name + "/" + method.string(1),
                            withoutDot(method.string(2)),
                            withoutDot(method.string(3)),
                            method.isTrue(5),
                            method.isTrue(6),
                            options.times(HttpRule.EXTENSION) > 0
                                    ? HttpRule.read(options.message(HttpRule.EXTENSION))
                                    : null));
        }
        services.put(name, List.copyOf(methods));
    }

    private static String withoutDot(String name) {
        return name.startsWith(".") ? name.substring(1) : name;
    }

    private void check() {
        for (MessageType type : messages.values()) {
            for (Field field : type.fields()) {
                boolean isThere =
                        switch (field.kind()) {
                            case MESSAGE, GROUP -> messages.containsKey(field.typeName());
                            case ENUM -> enums.containsKey(field.typeName());
                            default -> true;
                        };
                if (!isThere) {
                    throw missing(
                            "field '" + type.name() + "." + field.name() + "'", field.typeName());
                }
            }
        }
        for (List<Method> methods : services.values()) {
            for (Method method : methods) {
                for (String type : List.of(method.input(), method.output())) {
                    if (!messages.containsKey(type)) {
                        throw missing("method '" + method.name() + "'", type);
                    }
                }
            }
        }
    }

    private static IllegalArgumentException missing(String what, String type) {
        return new IllegalArgumentException(
                what
                        + ": type '"
                        + type
                        + "' is not there (expected: a set made with --include_imports)");
    }

    /// The same with what an error of gRPC is told by, if that is not there (`google.rpc.Status`).
    Types withStatus() {
        var more = new Types();
        more.messages.putAll(messages);
        more.enums.putAll(enums);
        more.services.putAll(services);
        more.messages.putIfAbsent(
                "google.protobuf.Any",
                new MessageType(
                        "google.protobuf.Any",
                        true,
                        false,
                        List.of(plain("type_url", 1, Kind.STRING), plain("value", 2, Kind.BYTES)),
                        List.of()));
        more.messages.putIfAbsent(
                "google.rpc.Status",
                new MessageType(
                        "google.rpc.Status",
                        true,
                        false,
                        List.of(
                                plain("code", 1, Kind.INT32),
                                plain("message", 2, Kind.STRING),
                                new Field(
                                        "details",
                                        "details",
                                        3,
                                        Kind.MESSAGE,
                                        true,
                                        false,
                                        true,
                                        -1,
                                        "google.protobuf.Any")),
                        List.of()));
        return more;
    }

    private static Field plain(String name, int number, Kind kind) {
        return new Field(name, camelCase(name), number, kind, false, false, false, -1, "");
    }

    /// The methods of a service; null when there is none of that name.
    @Nullable List<Method> service(String name) {
        return services.get(name);
    }

    /// The names of all services.
    Set<String> services() {
        return services.keySet();
    }

    /// A message by its full name; null for none.
    @Nullable MessageType message(String name) {
        return messages.get(name);
    }

    /// The message that a field holds, which was seen to be there.
    MessageType messageOf(Field field) {
        return known(field.typeName());
    }

    /// A message that was seen to be there.
    MessageType known(String name) {
        MessageType type = messages.get(name);
        if (type == null) {
            throw new IllegalStateException("no message '" + name + "'");
        }
        return type;
    }

    /// The enum that a field holds, which was seen to be there.
    EnumType enumOf(Field field) {
        EnumType type = enums.get(field.typeName());
        if (type == null) {
            throw new IllegalStateException("no enum '" + field.typeName() + "'");
        }
        return type;
    }

    /// Whether a field is a map.
    boolean isMap(Field field) {
        return field.kind() == Kind.MESSAGE && field.isRepeated() && messageOf(field).isMapEntry();
    }

    /// What the message is that a field holds; NONE where it holds none.
    WellKnown wellKnown(Field field) {
        return field.kind() == Kind.MESSAGE ? WellKnown.of(field.typeName()) : WellKnown.NONE;
    }

    /// A message by the URL of its type.
    ///
    /// @throws BadMessage when it is unknown
    MessageType ofUrl(String url) throws BadMessage {
        MessageType type =
                url.startsWith(URL_PREFIX)
                        ? messages.get(url.substring(URL_PREFIX.length()))
                        : null;
        if (type == null) {
            // Protobuf's type resolver for a pool of descriptors says it like that.
            throw url.startsWith(URL_PREFIX)
                    ? new BadMessage(
                            "Invalid type URL, unknown type: " + url.substring(URL_PREFIX.length()))
                    : new BadMessage(
                            "Invalid type URL, type URLs must be of the form '"
                                    + URL_PREFIX
                                    + "<typename>', got: "
                                    + url);
        }
        return type;
    }

    /// A text of ours as bytes.
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
