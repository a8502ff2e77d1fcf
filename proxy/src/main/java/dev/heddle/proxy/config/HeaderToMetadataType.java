package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import com.google.re2j.Pattern;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.headertometadata.HeaderToMetadataConfig;
import dev.heddle.proxy.filter.headertometadata.HeaderToMetadataConfig.ByHeader;
import dev.heddle.proxy.filter.headertometadata.HeaderToMetadataConfig.Field;
import dev.heddle.proxy.filter.headertometadata.HeaderToMetadataConfig.Rewrite;
import dev.heddle.proxy.filter.headertometadata.HeaderToMetadataConfig.Rule;
import dev.heddle.proxy.filter.headertometadata.HeaderToMetadataFilter;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.xds.wire.Any;
import envoy.extensions.filters.http.header_to_metadata.v3.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Headers that become metadata (`envoy.extensions.filters.http.header_to_metadata.v3.Config`):
/// texts out of requests' headers.
final class HeaderToMetadataType implements HttpFilterType<HeaderToMetadataConfig> {
    /// Envoy's, where a rule names none.
    private static final String NAMESPACE = "envoy.filters.http.header_to_metadata";

    @Override
    public String typeUrl() {
        return "type.googleapis.com/envoy.extensions.filters.http.header_to_metadata.v3.Config";
    }

    @Override
    public HeaderToMetadataConfig parse(Any config) {
        return Findings.read(config, Config.getDefaultInstance(), HeaderToMetadataType::read);
    }

    private static HeaderToMetadataConfig read(Config config, Findings findings) {
        findings.fields("", config, Set.of("request_rules"));
        Map<String, List<Rule>> rules = new LinkedHashMap<>();
        Map<String, Boolean> removed = new LinkedHashMap<>();
        for (int i = 0; i < config.getRequestRulesCount(); i++) {
            String path = "request_rules[" + i + "]";
            Config.Rule rule = config.getRequestRules(i);
            findings.fields(
                    path,
                    rule,
                    Set.of("header", "on_header_present", "on_header_missing", "remove"));
            findings.required(join(path, "header"), rule.getHeader());
            String name = rule.getHeader().toLowerCase(Locale.ROOT);
            rules.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(
                            new Rule(
                                    rule.hasOnHeaderPresent()
                                            ? Optional.of(
                                                    field(
                                                            join(path, "on_header_present"),
                                                            rule.getOnHeaderPresent(),
                                                            findings))
                                            : Optional.empty(),
                                    rule.hasOnHeaderMissing()
                                            ? Optional.of(
                                                    field(
                                                            join(path, "on_header_missing"),
                                                            rule.getOnHeaderMissing(),
                                                            findings))
                                            : Optional.empty()));
            removed.merge(name, rule.getRemove(), Boolean::logicalOr);
        }
        return new HeaderToMetadataConfig(
                rules.entrySet().stream()
                        .map(it ->
                                new ByHeader(
                                        HeaderName.of(it.getKey()),
                                        it.getValue(),
                                        removed.getOrDefault(it.getKey(), false)))
                        .toList());
    }

    private static Field field(String path, Config.KeyValuePair pair, Findings findings) {
        findings.fields(
                path,
                pair,
                Set.of("metadata_namespace", "key", "value", "regex_value_rewrite", "type"));
        findings.required(join(path, "key"), pair.getKey());
        if (pair.getType() != Config.ValueType.STRING) {
            findings.notImplemented(join(path, "type"), pair.getType());
        }
        return new Field(
                pair.getMetadataNamespace().isEmpty() ? NAMESPACE : pair.getMetadataNamespace(),
                pair.getKey(),
                pair.getValue(),
                pair.hasRegexValueRewrite()
                        ? Optional.of(rewrite(path, pair, findings))
                        : Optional.empty());
    }

    private static Rewrite rewrite(String path, Config.KeyValuePair pair, Findings findings) {
        String at = join(path, "regex_value_rewrite");
        var rewrite = pair.getRegexValueRewrite();
        findings.fields(at, rewrite, Set.of("pattern", "substitution"));
        Pattern pattern = findings.regex(join(at, "pattern"), rewrite.getPattern());
        var substitution = new StringBuilder();
        String said = rewrite.getSubstitution();
        for (int i = 0; i < said.length(); i++) {
            char c = said.charAt(i);
            char next = i + 1 < said.length() ? said.charAt(i + 1) : 0;
            if (c == '$') {
                substitution.append("\\$");
            } else if (c != '\\') {
                substitution.append(c);
            } else if (Character.isDigit(next) && next - '0' <= pattern.groupCount()) {
                substitution.append('$').append(next);
                i++;
            } else {
                findings.reject(
                        join(at, "substitution"),
                        "'" + said + "' (expected: \\0 to \\" + pattern.groupCount() + ")");
                return new Rewrite(pattern, "");
            }
        }
        return new Rewrite(pattern, substitution.toString());
    }

    @Override
    public HttpFilter create(HeaderToMetadataConfig config, FilterContext context) {
        return new HeaderToMetadataFilter(config);
    }
}
