package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.JsonFormat;
import envoy.config.core.v3.SubstitutionFormatString;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads texts and JSON with command operators (`envoy.config.core.v3.SubstitutionFormatString`).
@SuppressWarnings("deprecation") // Envoy still reads the old field, and users still write it
final class FormatParser {
    /// Deeper ones are no format of anybody's.
    private static final int MAX_DEPTH = 32;

    private final Findings findings;

    FormatParser(Findings findings) {
        this.findings = findings;
    }

    /// The format of a body, which has a content type; empty where no format is said.
    Optional<ReplyRewrites.Format> body(String path, SubstitutionFormatString format) {
        findings.fields(
                path,
                format,
                Set.of(
                        "text_format",
                        "text_format_source",
                        "json_format",
                        "content_type",
                        "omit_empty_values"),
                Set.of("json_format_options"));
        findings.headerValue(join(path, "content_type"), format.getContentType());
        return said(path, format)
                .map(line ->
                        new ReplyRewrites.Format(
                                line,
                                format.getOmitEmptyValues(),
                                !format.getContentType().isEmpty()
                                        ? format.getContentType()
                                        : line instanceof AccessLogConfig.Line.Json
                                                ? ReplyRewrites.JSON
                                                : ReplyRewrites.TEXT));
    }

    /// The format, of which somebody else says which fields it may have; empty where none is said.
    Optional<AccessLogConfig.Line> said(String path, SubstitutionFormatString format) {
        return switch (format.getFormatCase()) {
            case TEXT_FORMAT ->
                    Optional.of(text(join(path, "text_format"), format.getTextFormat()));
            case JSON_FORMAT ->
                    Optional.of(json(join(path, "json_format"), format.getJsonFormat()));
            case TEXT_FORMAT_SOURCE -> {
                var source = format.getTextFormatSource();
                findings.fields(join(path, "text_format_source"), source, Set.of("inline_string"));
                yield Optional.of(
                        text(
                                join(path, "text_format_source.inline_string"),
                                source.getInlineString()));
            }
            case FORMAT_NOT_SET -> Optional.empty();
        };
    }

    AccessLogConfig.Line text(String path, String format) {
        return new AccessLogConfig.Line.Text(format(path, format));
    }

    AccessLogConfig.Line json(String path, Struct format) {
        return new AccessLogConfig.Line.Json(members(path, format, 0));
    }

    private JsonFormat members(String path, Struct struct, int depth) {
        SortedMap<String, JsonFormat> members = new TreeMap<>();
        struct.getFieldsMap()
                .forEach((name, value) ->
                        members.put(name, value(join(path, name), value, depth + 1)));
        return new JsonFormat.Members(members);
    }

    private JsonFormat value(String path, Value value, int depth) {
        if (depth > MAX_DEPTH) {
            findings.reject(path, "is nested deeper than " + MAX_DEPTH);
            return new JsonFormat.Constant("null");
        }
        return switch (value.getKindCase()) {
            case STRING_VALUE -> new JsonFormat.Value(format(path, value.getStringValue()));
            case NUMBER_VALUE -> new JsonFormat.Constant(number(path, value.getNumberValue()));
            case BOOL_VALUE -> new JsonFormat.Constant(Boolean.toString(value.getBoolValue()));
            case STRUCT_VALUE -> members(path, value.getStructValue(), depth);
            case LIST_VALUE -> {
                List<JsonFormat> items = new ArrayList<>();
                for (Value item : value.getListValue().getValuesList()) {
                    items.add(value(path + "[" + items.size() + "]", item, depth + 1));
                }
                yield new JsonFormat.Items(items);
            }
            case NULL_VALUE, KIND_NOT_SET -> new JsonFormat.Constant("null");
        };
    }

    private String number(String path, double number) {
        if (!Double.isFinite(number)) {
            findings.reject(path, number + " (expected: a number that JSON has)");
            return "null";
        }
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    AccessLogFormat format(String path, String format) {
        try {
            return AccessLogFormat.parse(format, findings.node());
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return AccessLogFormat.parse("");
        }
    }
}
