package dev.heddle.compiler.xds.patch;

import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Patches of the HTTP filters of one connection manager.
///
/// A filter that is to ask for its configuration (`config_discovery`) gets the one that an
/// EXTENSION_CONFIG patch has for its name, at once: there is nothing to ask for.
final class HttpFilterPatches {
    private static final Edits<HttpFilter> FILTERS = new Edits<>(f -> Types.of(f.getTypedConfig()));

    private final PatchRun run;
    private final String listener;

    HttpFilterPatches(PatchRun run, String listener) {
        this.run = run;
        this.listener = listener;
    }

    HttpConnectionManager of(HttpConnectionManager manager, List<Patch> patches) {
        List<HttpFilter> filters = manager.getHttpFiltersList();
        for (Patch patch : patches) {
            if (patch.merges()) {
                continue;
            }
            Optional<List<HttpFilter>> changed =
                    FILTERS.made(
                            filters,
                            patch,
                            meant(patch),
                            (HttpFilter) patch.value().orElse(HttpFilter.getDefaultInstance()));
            if (changed.isPresent()) {
                touched(patch);
                filters = changed.get();
            }
        }
        var patched = new ArrayList<HttpFilter>();
        for (HttpFilter filter : filters) {
            HttpFilter merged = filter;
            for (Patch patch : patches) {
                if (patch.merges()
                        && merged.hasTypedConfig()
                        && meant(patch).orElse(_ -> true).test(merged)) {
                    touched(patch);
                    merged = merged(merged, (HttpFilter) patch.value().orElseThrow(), patch);
                }
            }
            patched.add(configured(merged));
        }
        return manager.toBuilder().clearHttpFilters().addAllHttpFilters(patched).build();
    }

    private static Optional<Predicate<HttpFilter>> meant(Patch patch) {
        return patch.httpFilter().map(of -> filter -> filter.getName().equals(of));
    }

    private void touched(Patch patch) {
        run.touched(patch, XdsType.LISTENER, listener);
    }

    private static HttpFilter merged(HttpFilter filter, HttpFilter over, Patch patch) {
        var merge = new Merge(patch.replacesLists());
        HttpFilter.Builder merged = filter.toBuilder();
        if (!over.getName().isEmpty()) {
            merged.setName(over.getName());
        }
        if (over.hasTypedConfig()) {
            merged.setTypedConfig(merge.of(filter.getTypedConfig(), over.getTypedConfig()));
        }
        return merged.build();
    }

    private HttpFilter configured(HttpFilter filter) {
        if (!filter.hasConfigDiscovery()) {
            return filter;
        }
        for (Patch patch : run.of(ApplyTo.EXTENSION_CONFIG)) {
            var config = (TypedExtensionConfig) patch.value().orElseThrow();
            if (config.getName().equals(filter.getName())) {
                touched(patch);
                return filter.toBuilder().setTypedConfig(config.getTypedConfig()).build();
            }
        }
        return filter;
    }
}
