package dev.heddle.proxy.route.table;

import dev.heddle.proxy.config.HeaderEdits;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.telemetry.AccessLogRecord;
import dev.heddle.telemetry.ByteText;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Edits of headers, ready to be made.
///
/// The order is Envoy's: removals, then the values of all writes from the headers as they are then,
/// then those that replace, then those that add.
public final class HeaderEditor {

    /// @param constant the value where it is the same for every request
    private record Write(HeaderName name, HeaderEdits.Write edit, @Nullable String constant) {}

    private final HeaderName[] removals;
    private final Write[] writes;

    /// Whether nothing of the exchange is asked for, so that an edit allocates nothing.
    private final boolean isConstant;

    HeaderEditor(HeaderEdits edits) {
        removals = edits.removals().stream().map(HeaderName::of).toArray(HeaderName[]::new);
        writes =
                edits.writes().stream()
                        .map(edit ->
                                new Write(
                                        HeaderName.of(edit.name()),
                                        edit,
                                        edit.value().isConstant() ? constant(edit) : null))
                        .toArray(Write[]::new);
        isConstant =
                writes.length <= Long.SIZE
                        && Arrays.stream(writes).allMatch(write -> write.constant() != null);
    }

    private static String constant(HeaderEdits.Write edit) {
        return edit.value().line(new ExchangeRecord());
    }

    /// Editors of one direction, those that do nothing left out.
    public static List<HeaderEditor> of(List<HeaderEdits> edits) {
        return edits.stream().filter(it -> !it.isEmpty()).map(HeaderEditor::new).toList();
    }

    /// Makes the edits of one direction, in order.
    ///
    /// @param response whose headers are edited; those of the request without one
    public static void edit(
            List<HeaderEditor> editors,
            RequestHead request,
            @Nullable ResponseHead response,
            StreamInfo info) {
        Headers headers = response == null ? request.headers() : response.headers();
        for (int i = 0; i < editors.size(); i++) {
            HeaderEditor editor = editors.get(i);
            for (HeaderName name : editor.removals) {
                headers.remove(name);
            }
            if (editor.isConstant) {
                editor.write(headers);
            } else {
                editor.write(headers, new ExchangeRecord(request, response, info));
            }
        }
    }

    private void write(Headers headers) {
        long written = 0;
        for (int i = 0; i < writes.length; i++) {
            if (isWritten(writes[i], constant(i), headers)) {
                written |= 1L << i;
            }
        }
        for (int i = 0; i < writes.length; i++) {
            if ((written & (1L << i)) != 0 && replaces(writes[i])) {
                headers.set(writes[i].name(), constant(i));
            }
        }
        for (int i = 0; i < writes.length; i++) {
            if ((written & (1L << i)) != 0 && !replaces(writes[i])) {
                headers.add(writes[i].name(), constant(i));
            }
        }
    }

    private String constant(int write) {
        return Objects.requireNonNull(writes[write].constant());
    }

    private void write(Headers headers, AccessLogRecord record) {
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
        if (write.constant() != null) {
            return write.constant();
        }
        var text = new ByteText();
        write.edit().value().write(record, "", text);
        var out = new StringBuilder(text.toString());
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
