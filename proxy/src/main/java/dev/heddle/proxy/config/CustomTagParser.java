package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.tracing.CustomTag;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the tags that spans get besides the usual ones.
final class CustomTagParser {
    private final Findings findings;

    CustomTagParser(Findings findings) {
        this.findings = findings;
    }

    List<CustomTag> tags(String path, List<envoy.type.tracing.v3.CustomTag> tags) {
        var all = new ArrayList<CustomTag>();
        for (int i = 0; i < tags.size(); i++) {
            tag(path + "[" + i + "]", tags.get(i)).ifPresent(all::add);
        }
        return all;
    }

    private Optional<CustomTag> tag(String path, envoy.type.tracing.v3.CustomTag tag) {
        for (int number : tag.numbers()) {
            if (number > Later.VALUE) {
                findings.reject(join(path, "field " + number), "is unknown");
            }
        }
        String name = tag.getTag();
        findings.required(join(path, "tag"), name);
        var later = new Later(tag.bytes());
        if (later.isLast()) {
            return format(path, name, later.value());
        }
        return switch (tag.getTypeCase()) {
            case LITERAL -> Optional.of(new CustomTag.Literal(name, tag.getLiteral().getValue()));
            case ENVIRONMENT ->
                    Optional.of(
                            new CustomTag.Environment(
                                    name,
                                    tag.getEnvironment().getName(),
                                    tag.getEnvironment().getDefaultValue()));
            case REQUEST_HEADER -> header(join(path, "request_header"), name, tag);
            case METADATA -> metadata(join(path, "metadata"), name, tag);
            case TYPE_NOT_SET -> {
                findings.reject(
                        path,
                        "has no value (expected: literal, environment, request_header, metadata or"
                                + " value)");
                yield Optional.empty();
            }
        };
    }

    private Optional<CustomTag> format(String path, String name, String format) {
        try {
            return Optional.of(new CustomTag.Format(name, AccessLogFormat.parse(format)));
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "value"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<CustomTag> header(
            String path, String name, envoy.type.tracing.v3.CustomTag tag) {
        try {
            return Optional.of(
                    new CustomTag.Header(
                            name,
                            HeaderName.of(tag.getRequestHeader().getName()),
                            tag.getRequestHeader().getDefaultValue()));
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "name"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<CustomTag> metadata(
            String path, String name, envoy.type.tracing.v3.CustomTag tag) {
        var metadata = tag.getMetadata();
        findings.fields(path, metadata, Set.of("kind", "metadata_key", "default_value"));
        findings.fields(join(path, "kind"), metadata.getKind(), Set.of("request"));
        findings.required(join(path, "metadata_key.key"), metadata.getMetadataKey().getKey());
        var members = new ArrayList<String>();
        metadata.getMetadataKey().getPathList().forEach(it -> members.add(it.getKey()));
        return Optional.of(
                new CustomTag.Metadata(
                        name,
                        metadata.getMetadataKey().getKey(),
                        members,
                        metadata.getDefaultValue()));
    }

    /// The message; `value` came to it later than the API that this is built with.
    private static final class Later extends Message {
        static final int VALUE = 6;

        Later(Bytes bytes) {
            super(bytes);
        }

        /// Whether, of all that may be set, this is what counts.
        boolean isLast() {
            return lastOf(2, 3, 4, 5, VALUE) == VALUE;
        }

        String value() {
            return text(VALUE);
        }

        @Override
        public String typeName() {
            return "envoy.type.tracing.v3.CustomTag";
        }

        @Override
        public Message read(Bytes other) {
            return new Later(other);
        }

        @Override
        protected String schema() {
            return "value,6,-s;";
        }
    }
}
