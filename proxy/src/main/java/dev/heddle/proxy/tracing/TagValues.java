package dev.heddle.proxy.tracing;

import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Works out what custom tags say of an exchange.
@Confined("worker")
public final class TagValues {
    private final Map<String, String> environment;
    private final ByteText text = new ByteText();

    /// @param environment of the process, of which tags may speak
    public TagValues(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /// The value; null where there is none.
    public @Nullable String of(CustomTag tag, ExchangeRecord record) {
        return switch (tag) {
            case CustomTag.Literal(_, String value) -> value;
            case CustomTag.Environment(_, String variable, String otherwise) ->
                    said(environment.get(variable), otherwise);
            case CustomTag.Header(_, var header, String otherwise) ->
                    said(record.request().headers().get(header), otherwise);
            case CustomTag.Metadata(_, String filter, List<String> path, String otherwise) ->
                    said(found(record.info().metadata(), filter, path), otherwise);
            case CustomTag.Format(_, var format) -> {
                text.clear();
                format.write(record, "-", text);
                yield said(text.toString(), "");
            }
        };
    }

    private static @Nullable String said(@Nullable String value, String otherwise) {
        String taken = value == null ? otherwise : value;
        return taken.isEmpty() ? null : taken;
    }

    /// What a filter found out, as far as that is a text, a number or a truth.
    private static @Nullable String found(
            @Nullable Map<String, Object> metadata, String filter, List<String> path) {
        Object at = metadata == null ? null : metadata.get(filter);
        for (String member : path) {
            at = at instanceof Map<?, ?> members ? members.get(member) : null;
        }
        return switch (at) {
            case null -> null;
            case String value -> value;
            case Boolean truth -> truth.toString();
            case Double number ->
                    number == Math.rint(number) && Math.abs(number) < 1e15
                            ? Long.toString(number.longValue())
                            : number.toString();
            default -> null;
        };
    }
}
