package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.AccessLogConfig.Line;
import dev.heddle.proxy.config.LogFilter;
import dev.heddle.proxy.config.ReplyRewrites;
import dev.heddle.proxy.config.ReplyRewrites.Format;
import dev.heddle.proxy.config.ReplyRewrites.Mapper;
import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.filter.LocalReplies;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ReplyBody;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.route.table.HeaderEditor;
import dev.heddle.telemetry.ByteText;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Says the proxy's own answers as a listener has them said.
///
/// The order is Envoy's (`source/common/local_reply`): the first mapper whose filter takes the
/// answer as it is replaces the body, then edits the headers, then replaces the status; then the
/// body is made by the mapper's format, or by the listener's.
final class RewrittenReplies implements LocalReplies {
    private final List<Rule> rules;
    private final @Nullable Format format;

    private record Rule(Mapper mapper, List<HeaderEditor> headers) {}

    private RewrittenReplies(ReplyRewrites rewrites) {
        this.rules =
                rewrites.mappers().stream()
                        .map(it -> new Rule(it, HeaderEditor.of(List.of(it.headers()))))
                        .toList();
        this.format = rewrites.format().orElse(null);
    }

    static LocalReplies of(ReplyRewrites rewrites) {
        return rewrites.equals(ReplyRewrites.NONE) ? AS_THEY_ARE : new RewrittenReplies(rewrites);
    }

    @Override
    public ReplyBody say(Exchange exchange, LocalReply reply, ResponseHead head) {
        String before = head.headers().get(HeaderName.CONTENT_TYPE);
        exchange.info().setResponseCode(head.status());
        String body = reply.body();
        Format made = format;
        Rule rule = find(exchange, head);
        if (rule != null) {
            Mapper mapper = rule.mapper;
            body = mapper.body().orElse(body);
            HeaderEditor.edit(rule.headers, exchange.request(), head, exchange.info());
            if (mapper.status().isPresent()) {
                head.setStatus(mapper.status().getAsInt());
                exchange.info().setResponseCode(head.status());
            }
            made = mapper.format().orElse(made);
        }
        String text = made == null ? body : text(made, exchange, head, body);
        String type = made == null ? ReplyRewrites.TEXT : made.contentType();
        boolean isOfReply = Objects.equals(before, head.headers().get(HeaderName.CONTENT_TYPE));
        if (isOfReply && !text.equals(reply.body())) {
            head.headers().remove(HeaderName.CONTENT_TYPE);
        }
        return new ReplyBody(text, type);
    }

    private @Nullable Rule find(Exchange exchange, ResponseHead head) {
        var seen =
                new LogFilter.Seen(
                        new ExchangeRecord(exchange.request(), head, exchange.info()),
                        exchange.worker().nanos() - exchange.info().startNanos(),
                        exchange.worker().random(),
                        exchange.worker().values());
        for (Rule rule : rules) {
            if (rule.mapper.filter().takes(seen)) {
                return rule;
            }
        }
        return null;
    }

    private static String text(Format format, Exchange exchange, ResponseHead head, String body) {
        var record = new ExchangeRecord(exchange.request(), head, exchange.info()).answered(body);
        var text = new ByteText();
        switch (format.line()) {
            case Line.Text plain ->
                    plain.format().write(record, format.omitsEmpty() ? "" : "-", text);
            case Line.Json json -> {
                json.format().write(record, format.omitsEmpty(), text);
                text.append("\n");
            }
        }
        return text.toString();
    }
}
