package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.tracing.CustomTag;
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
        findings.fields(
                path,
                tag,
                Set.of("tag", "literal", "environment", "request_header", "metadata", "value"));
        String name = tag.getTag();
        findings.required(join(path, "tag"), name);
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
            case VALUE -> format(path, name, tag.getValue());
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
        return Optional.of(
                new CustomTag.Format(
                        name, new FormatParser(findings).format(join(path, "value"), format)));
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
}
