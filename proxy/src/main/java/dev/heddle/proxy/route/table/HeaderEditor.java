package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.HeaderEdits;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.telemetry.AccessLogRecord;
import java.util.List;

/// Edits of headers, ready to be made.
///
/// The order is Envoy's: removals, then the values of all writes from the headers as they are then,
/// then those that replace, then those that add.
final class HeaderEditor {

    private record Write(HeaderName name, HeaderEdits.Write edit, boolean constant) {}

    private final HeaderName[] removals;
    private final Write[] writes;

    HeaderEditor(HeaderEdits edits) {
        removals = edits.removals().stream().map(HeaderName::of).toArray(HeaderName[]::new);
        writes =
                edits.writes().stream()
                        .map(edit ->
                                new Write(
                                        HeaderName.of(edit.name()),
                                        edit,
                                        edit.value().isConstant()))
                        .toArray(Write[]::new);
    }

    /// Editors of one direction, those that do nothing left out.
    static List<HeaderEditor> of(List<HeaderEdits> edits) {
        return edits.stream().filter(it -> !it.isEmpty()).map(HeaderEditor::new).toList();
    }

    void edit(Headers headers, AccessLogRecord record) {
        for (HeaderName name : removals) {
            headers.remove(name);
        }
        if (writes.length == 0) {
            return;
        }
        String[] values = new String[writes.length];
        boolean[] written = new boolean[writes.length];
        for (int i = 0; i < writes.length; i++) {
            values[i] = value(writes[i], record);
            written[i] = isWritten(writes[i], values[i], headers);
        }
        for (int i = 0; i < writes.length; i++) {
            if (written[i] && replaces(writes[i])) {
                headers.set(writes[i].name(), values[i]);
            }
        }
        for (int i = 0; i < writes.length; i++) {
            if (written[i] && !replaces(writes[i])) {
                headers.add(writes[i].name(), values[i]);
            }
        }
    }

    private static boolean isWritten(Write write, String value, Headers headers) {
        if (value.isEmpty() && !write.edit().keepEmpty()) {
            return false;
        }
        return switch (write.edit().append()) {
            case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD -> true;
            case ADD_IF_ABSENT -> !headers.contains(write.name());
            case OVERWRITE_IF_EXISTS -> headers.contains(write.name());
        };
    }

    private static boolean replaces(Write write) {
        return switch (write.edit().append()) {
            case APPEND_IF_EXISTS_OR_ADD, ADD_IF_ABSENT -> false;
            case OVERWRITE_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS -> true;
        };
    }

    private static String value(Write write, AccessLogRecord record) {
        var out = new StringBuilder();
        write.edit().value().write(record, "", out);
        if (write.constant()) {
            return out.toString();
        }
        // What a client sent may stand in the value: nothing in it may end the line.
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                out.setCharAt(i, '?');
            }
        }
        return out.toString();
    }
}
