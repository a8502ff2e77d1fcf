package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.telemetry.AccessLogFormat;
import envoy.config.core.v3.HeaderValueOption;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Reads changes of headers.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class HeaderEditParser {

    private final Findings findings;

    HeaderEditParser(Findings findings) {
        this.findings = findings;
    }

    /// The four lists that a route, a virtual host, a table and a weighted cluster have alike.
    HeaderEdits.Both both(
            String path,
            List<HeaderValueOption> requestAdd,
            List<String> requestRemove,
            List<HeaderValueOption> responseAdd,
            List<String> responseRemove) {
        return new HeaderEdits.Both(
                edits(path, "request_headers_to_", requestAdd, requestRemove),
                edits(path, "response_headers_to_", responseAdd, responseRemove));
    }

    /// A list of headers to add that stands by itself.
    HeaderEdits added(String path, List<HeaderValueOption> add) {
        var writes = new ArrayList<HeaderEdits.Write>();
        for (int i = 0; i < add.size(); i++) {
            writes.add(write(path + "[" + i + "]", add.get(i)));
        }
        return new HeaderEdits(writes, List.of());
    }

    private HeaderEdits edits(
            String path, String prefix, List<HeaderValueOption> add, List<String> remove) {
        if (add.isEmpty() && remove.isEmpty()) {
            return HeaderEdits.NONE;
        }
        var writes = new ArrayList<HeaderEdits.Write>();
        for (int i = 0; i < add.size(); i++) {
            writes.add(write(join(path, prefix + "add[" + i + "]"), add.get(i)));
        }
        var removals = new ArrayList<String>();
        for (int i = 0; i < remove.size(); i++) {
            String name = remove.get(i).toLowerCase(Locale.ROOT);
            checkName(join(path, prefix + "remove[" + i + "]"), name);
            if (name.startsWith(":") || name.equals("host")) {
                findings.reject(
                        join(path, prefix + "remove[" + i + "]"),
                        "'" + name + "' (expected: not :path, :method, … or host)");
            }
            removals.add(name);
        }
        return new HeaderEdits(writes, removals);
    }

    private HeaderEdits.Write write(String path, HeaderValueOption option) {
        findings.fields(
                path, option, Set.of("header", "append", "append_action", "keep_empty_value"));
        findings.fields(
                join(path, "header"), option.getHeader(), Set.of("key", "value", "raw_value"));
        String name = option.getHeader().getKey().toLowerCase(Locale.ROOT);
        checkName(join(path, "header.key"), name);
        if (name.startsWith(":") || name.equals("host")) {
            findings.reject(
                    join(path, "header.key"),
                    "'" + name + "' (expected: not :path, :method, … or host)");
        }
        String text =
                option.getHeader().getRawValue().isEmpty()
                        ? option.getHeader().getValue()
                        : option.getHeader().getRawValue().toString(StandardCharsets.ISO_8859_1);
        findings.headerValue(join(path, "header.value"), text);
        return new HeaderEdits.Write(
                name,
                format(join(path, "header.value"), text),
                text,
                append(path, option),
                option.getKeepEmptyValue());
    }

    private HeaderEdits.Append append(String path, HeaderValueOption option) {
        if (option.hasAppend()) {
            if (option.getAppendAction()
                    != HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD) {
                findings.reject(
                        join(path, "append"), "is set beside append_action (expected: one)");
            }
            return option.getAppend().getValue()
                    ? HeaderEdits.Append.APPEND_IF_EXISTS_OR_ADD
                    : HeaderEdits.Append.OVERWRITE_IF_EXISTS_OR_ADD;
        }
        return switch (option.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> HeaderEdits.Append.APPEND_IF_EXISTS_OR_ADD;
            case ADD_IF_ABSENT -> HeaderEdits.Append.ADD_IF_ABSENT;
            case OVERWRITE_IF_EXISTS_OR_ADD -> HeaderEdits.Append.OVERWRITE_IF_EXISTS_OR_ADD;
            case OVERWRITE_IF_EXISTS -> HeaderEdits.Append.OVERWRITE_IF_EXISTS;
            case UNRECOGNIZED -> {
                findings.reject(
                        join(path, "append_action"),
                        option.getAppendActionValue() + " (expected: from 0 to 3)");
                yield HeaderEdits.Append.APPEND_IF_EXISTS_OR_ADD;
            }
        };
    }

    /// A text that may hold command operators.
    AccessLogFormat format(String path, String text) {
        try {
            return AccessLogFormat.parse(text, findings.node());
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return AccessLogFormat.parse("");
        }
    }

    private void checkName(String path, String name) {
        String token = name.startsWith(":") ? name.substring(1) : name;
        if (!token.matches("[!#$%&'*+.^_`|~0-9a-z-]+")) {
            findings.reject(path, "'" + name + "' (expected: a header name)");
        }
    }
}
