package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.Http1Dialect.NameCase;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import java.util.Set;

/// Reads how header names look to the other side (`header_key_format`).
final class NameCases {

    private NameCases() {}

    static NameCase read(Findings findings, String path, HeaderKeyFormat format) {
        return switch (format.getHeaderFormatCase()) {
            case HEADERFORMAT_NOT_SET -> NameCase.LOWER;
            case PROPER_CASE_WORDS -> NameCase.CAPITALIZED;
            case STATEFUL_FORMATTER -> {
                String at = join(path, "stateful_formatter.typed_config");
                var config = format.getStatefulFormatter().getTypedConfig();
                var preserve = PreserveCaseFormatterConfig.getDefaultInstance();
                if (!config.holds(preserve)) {
                    findings.notImplemented(at, "'" + config.getTypeUrl() + "'");
                    yield NameCase.LOWER;
                }
                try {
                    // A reason phrase is ours as in Envoy, unless that is asked to forward it.
                    findings.fields(at, config.unpack(preserve), Set.of());
                } catch (WireException e) {
                    findings.reject(at, String.valueOf(e.getMessage()));
                }
                yield NameCase.AS_RECEIVED;
            }
        };
    }
}
