package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.route.FilterOverride;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.route.v3.FilterConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads what routes say of their listeners' filters (`typed_per_filter_config`).
final class FilterOverrideParser {
    private static final String WRAPPED = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

    private final Findings findings;
    private final List<HttpFilterType<?>> types;

    FilterOverrideParser(Findings findings, List<HttpFilterType<?>> types) {
        this.findings = findings;
        this.types = types;
    }

    /// @param said by the filters' names
    List<FilterOverride> read(String path, Map<String, Any> said) {
        var overrides = new ArrayList<FilterOverride>();
        said.forEach((name, config) -> {
            String at = Findings.join(path, "typed_per_filter_config[" + name + "]");
            if (config.getTypeUrl().equals(WRAPPED)) {
                wrapped(at, name, config).ifPresent(overrides::add);
            } else {
                spec(at, name, config, false).ifPresent(overrides::add);
            }
        });
        return List.copyOf(overrides);
    }

    private Optional<FilterOverride> wrapped(String path, String name, Any config) {
        FilterConfig filter;
        try {
            filter = FilterConfig.getDefaultInstance().read(config.getValue());
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        findings.fields(path, filter, Set.of("config", "is_optional", "disabled"));
        if (filter.getDisabled()) {
            return Optional.of(new FilterOverride.Off(name));
        }
        // What holds nothing wakes a filter, too: Envoy takes no other form of that.
        return !filter.getConfig().getTypeUrl().isEmpty()
                ? spec(path, name, filter.getConfig(), filter.getIsOptional())
                : Optional.of(new FilterOverride.On(name));
    }

    private Optional<FilterOverride> spec(
            String path, String name, Any config, boolean isOptional) {
        for (HttpFilterType<?> type : types) {
            if (type.routeTypeUrl().equals(config.getTypeUrl())) {
                return spec(path, name, config, type);
            }
        }
        if (isOptional) {
            findings.note(path);
        } else {
            findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
        }
        return Optional.empty();
    }

    private <C> Optional<FilterOverride> spec(
            String path, String name, Any config, HttpFilterType<C> type) {
        try {
            return Optional.of(new FilterSpec<>(name, type, type.parseRoute(config)));
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
