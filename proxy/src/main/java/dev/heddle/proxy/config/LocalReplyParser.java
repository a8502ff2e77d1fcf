package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.config.core.v3.SubstitutionFormatString;
import envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads how a proxy's own answers are said.
final class LocalReplyParser {
    /// Of a body that is part of the configuration, in characters.
    private static final int LARGEST_BODY = 1 << 20;

    private final Findings findings;

    LocalReplyParser(Findings findings) {
        this.findings = findings;
    }

    ReplyRewrites config(String path, LocalReplyConfig config) {
        findings.fields(path, config, Set.of("mappers", "body_format"));
        var mappers = new ArrayList<ReplyRewrites.Mapper>();
        for (ResponseMapper mapper : config.getMappersList()) {
            mappers.add(mapper(path + ".mappers[" + mappers.size() + "]", mapper));
        }
        return new ReplyRewrites(
                mappers,
                format(join(path, "body_format"), config.hasBodyFormat(), config.getBodyFormat()));
    }

    private ReplyRewrites.Mapper mapper(String path, ResponseMapper mapper) {
        findings.fields(
                path,
                mapper,
                Set.of("filter", "status_code", "body", "headers_to_add", "body_format_override"));
        int status = mapper.getStatusCode().getValue();
        if (mapper.hasStatusCode()) {
            findings.range(join(path, "status_code"), status, 200, 599);
        }
        return new ReplyRewrites.Mapper(
                new LogFilterParser(findings).filter(join(path, "filter"), mapper.getFilter()),
                mapper.hasStatusCode() ? OptionalInt.of(status) : OptionalInt.empty(),
                mapper.hasBody()
                        ? Optional.of(
                                findings.inline(join(path, "body"), mapper.getBody(), LARGEST_BODY))
                        : Optional.empty(),
                new HeaderEditParser(findings)
                        .added(join(path, "headers_to_add"), mapper.getHeadersToAddList()),
                format(
                        join(path, "body_format_override"),
                        mapper.hasBodyFormatOverride(),
                        mapper.getBodyFormatOverride()));
    }

    private Optional<ReplyRewrites.Format> format(
            String path, boolean isSet, SubstitutionFormatString format) {
        if (!isSet) {
            return Optional.empty();
        }
        var read = new FormatParser(findings).body(path, format);
        if (read.isEmpty()) {
            findings.reject(path, "no format (expected: text_format_source or json_format)");
        }
        return read;
    }
}
