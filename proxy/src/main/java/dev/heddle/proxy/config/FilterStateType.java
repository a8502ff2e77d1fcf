package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.filterstate.FilterStateConfig;
import dev.heddle.proxy.filter.filterstate.FilterStateFilter;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import envoy.extensions.filters.http.set_filter_state.v3.Config;
import java.util.Optional;
import java.util.Set;

/// Filter state (`envoy.extensions.filters.http.set_filter_state.v3.Config`), as far as it tells
/// internal listeners of a connection; other keys are nobody's business here, and noted.
final class FilterStateType implements HttpFilterType<FilterStateConfig> {
    private static final String LOCAL = "envoy.filters.listener.original_dst.local_ip";
    private static final String REMOTE = "envoy.filters.listener.original_dst.remote_ip";

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config";
    }

    @Override
    public FilterStateConfig parse(Any config) {
        return Findings.read(config, Config.getDefaultInstance(), FilterStateType::read);
    }

    private static FilterStateConfig read(Config config, Findings findings) {
        findings.fields("", config, Set.of("on_request_headers"));
        Optional<AccessLogFormat> local = Optional.empty();
        Optional<AccessLogFormat> remote = Optional.empty();
        for (int i = 0; i < config.getOnRequestHeadersCount(); i++) {
            FilterStateValue value = config.getOnRequestHeaders(i);
            String path = "on_request_headers[" + i + "]";
            switch (value.getObjectKey()) {
                case LOCAL -> local = Optional.of(format(path, value, findings));
                case REMOTE -> remote = Optional.of(format(path, value, findings));
                default -> findings.note(path);
            }
        }
        return new FilterStateConfig(local, remote);
    }

    private static AccessLogFormat format(String path, FilterStateValue value, Findings findings) {
        findings.fields(
                path,
                value,
                Set.of(
                        "object_key",
                        "format_string",
                        "shared_with_upstream",
                        "read_only",
                        "skip_if_empty"));
        if (value.getSharedWithUpstream() == FilterStateValue.SharedWithUpstream.NONE) {
            findings.reject(
                    path + ".shared_with_upstream",
                    "NONE, with which no listener hears of it (expected: ONCE or TRANSITIVE)");
        }
        var source = value.getFormatString();
        findings.fields(
                path + ".format_string",
                source,
                Set.of("text_format_source"),
                Set.of("omit_empty_values"));
        return new HeaderEditParser(findings)
                .format(
                        path + ".format_string.text_format_source.inline_string",
                        source.getTextFormatSource().getInlineString());
    }

    @Override
    public HttpFilter create(FilterStateConfig config, FilterContext context) {
        return new FilterStateFilter(config);
    }
}
