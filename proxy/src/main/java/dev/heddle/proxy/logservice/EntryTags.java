package dev.heddle.proxy.logservice;

import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.tracing.CustomTag;
import dev.heddle.proxy.tracing.TagValues;
import dev.heddle.xds.wire.WireWriter;
import java.util.List;

/// What entries say besides, by names of the user's (`custom_tags`).
///
/// @param values works them out on one worker
public record EntryTags(List<CustomTag> tags, TagValues values) {
    private static final int FIELD = 22;

    public EntryTags {
        tags = List.copyOf(tags);
    }

    /// Into `envoy.data.accesslog.v3.AccessLogCommon`; one without a value is left out.
    void write(ExchangeRecord record, WireWriter out) {
        for (CustomTag tag : tags) {
            String value = values.of(tag, record);
            if (value != null) {
                out.message(FIELD, new WireWriter().text(1, tag.name()).text(2, value));
            }
        }
    }
}
