package dev.heddle.proxy.config;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.re2j.Pattern;
import dev.heddle.xds.TypedConfigs;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Which part of a configuration dump somebody wants (`resource`, `mask`, `name_regex`).
///
/// @param resource a repeated field of one of the dumps, as `dynamic_listeners`; empty for all
/// @param mask fields, as `cluster.name,cluster.type`; empty for all
/// @param name what the whole name of a wanted resource is like; empty for all
record DumpQuery(String resource, List<String> mask, Optional<Pattern> name) {

    /// No such part.
    static final class NotFound extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotFound(String message) {
            super(message, null, false, false);
        }
    }

    /// @param query parameters of the request; others than these three are not looked at
    /// @throws com.google.re2j.PatternSyntaxException when `name_regex` is none
    static DumpQuery of(Map<String, String> query) {
        String mask = query.getOrDefault("mask", "");
        String name = query.getOrDefault("name_regex", "");
        return new DumpQuery(
                query.getOrDefault("resource", ""),
                mask.isEmpty() ? List.of() : List.of(mask.split(",", -1)),
                name.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(name)));
    }

    /// That part.
    ///
    /// @throws NotFound when there is no such resource
    /// @throws IllegalArgumentException when a mask names no field
    ConfigDump of(ConfigDump dump) {
        var selected = ConfigDump.newBuilder();
        if (resource.isEmpty()) {
            var masked = new ArrayList<Any>();
            for (Any config : dump.getConfigsList()) {
                Message opened = named(opened(config));
                if (mask.isEmpty() || hasAll(opened)) {
                    masked.add(TypedConfigs.pack(masked(opened)));
                }
            }
            if (masked.isEmpty() && !mask.isEmpty()) {
                throw new IllegalArgumentException(
                        "FieldMask " + mask + " could not be successfully applied to configs.");
            }
            return selected.addAllConfigs(masked).build();
        }
        boolean isThere = false;
        for (Any config : dump.getConfigsList()) {
            Message opened = opened(config);
            FieldDescriptor field = opened.getDescriptorForType().findFieldByName(resource);
            if (field == null || !isListOfMessages(field)) {
                continue;
            }
            isThere = true;
            for (Message each : messages(opened, field)) {
                if (isNamed(each)) {
                    selected.addConfigs(TypedConfigs.pack(masked(each)));
                }
            }
        }
        if (!isThere) {
            throw new NotFound(resource + " not found in config dump");
        }
        return selected.build();
    }

    private static boolean isListOfMessages(FieldDescriptor field) {
        return field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    }

    private static List<Message> messages(Message holder, FieldDescriptor field) {
        var all = new ArrayList<Message>();
        for (int i = 0; i < holder.getRepeatedFieldCount(field); i++) {
            all.add((Message) holder.getRepeatedField(field, i));
        }
        return all;
    }

    private static Message opened(Any any) {
        try {
            return TypedConfigs.open(any).orElse(any);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("config dump: written and not readable again", e);
        }
    }

    /// A dump without the resources of other names.
    private Message named(Message dump) {
        if (name.isEmpty()) {
            return dump;
        }
        Message.Builder left = dump.toBuilder();
        for (FieldDescriptor field : dump.getAllFields().keySet()) {
            if (isListOfMessages(field)) {
                left.clearField(field);
                messages(dump, field).stream()
                        .filter(this::isNamed)
                        .forEach(it -> left.addRepeatedField(field, it));
            }
        }
        return left.build();
    }

    /// Whether one of the names that a resource has is wanted: its own, or that of the Envoy
    /// resource inside.
    private boolean isNamed(Message resource) {
        return name.isEmpty() || isNamed(resource, name.get(), 2);
    }

    private static boolean isNamed(Message message, Pattern wanted, int depth) {
        return message.getAllFields().entrySet().stream()
                .anyMatch(field ->
                        switch (field.getValue()) {
                            case String text ->
                                    List.of("name", "cluster_name")
                                                    .contains(field.getKey().getName())
                                            && wanted.matcher(text).matches();
                            case Message inner when isAny(inner) ->
                                    isNamed(opened(any(inner)), wanted, 0);
                            case Message inner -> depth > 0 && isNamed(inner, wanted, depth - 1);
                            default -> false;
                        });
    }

    /// Whether it is one, be it of the generated class or not.
    private static boolean isAny(Message message) {
        return message.getDescriptorForType().getFullName().equals("google.protobuf.Any");
    }

    private static Any any(Message message) {
        try {
            return Any.parseFrom(message.toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("config dump: written and not readable again", e);
        }
    }

    private boolean hasAll(Message message) {
        return mask.stream().allMatch(path -> has(message, path));
    }

    private static boolean has(Message message, String path) {
        int dot = path.indexOf('.');
        String first = dot < 0 ? path : path.substring(0, dot);
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(first);
        if (field == null) {
            return false;
        }
        // What is inside of a list or an `Any` depends on what there is.
        return dot < 0
                || (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && (field.isRepeated()
                                || isAny((Message) message.getField(field))
                                || has(
                                        (Message) message.getField(field),
                                        path.substring(dot + 1))));
    }

    private Message masked(Message message) {
        return mask.isEmpty() ? message : masked(message, mask);
    }

    /// Leaves what one of the paths leads to.
    private static Message masked(Message message, List<String> paths) {
        if (isAny(message)) {
            Message inner = opened(any(message));
            return isAny(inner) ? message : TypedConfigs.pack(masked(inner, paths));
        }
        for (String path : paths) {
            if (!has(message, path)) {
                throw new IllegalArgumentException(
                        "FieldMask paths: \"" + path + "\" could not be successfully used.");
            }
        }
        Message.Builder left = message.newBuilderForType();
        message.getAllFields()
                .forEach((field, value) -> {
                    List<String> below = below(field.getName(), paths);
                    boolean isWhole = paths.contains(field.getName());
                    if (isWhole) {
                        left.setField(field, value);
                    } else if (!below.isEmpty()
                            && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                        UnaryOperator<Message> part = inner -> masked(inner, below);
                        if (field.isRepeated()) {
                            messages(message, field)
                                    .forEach(it -> left.addRepeatedField(field, part.apply(it)));
                        } else {
                            left.setField(field, part.apply((Message) value));
                        }
                    }
                });
        return left.build();
    }

    private static List<String> below(String field, List<String> paths) {
        String prefix = field + ".";
        return paths.stream()
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()))
                .toList();
    }
}
