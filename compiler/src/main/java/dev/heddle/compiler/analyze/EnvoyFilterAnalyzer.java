package dev.heddle.compiler.analyze;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.ConfigPatch;
import dev.heddle.model.istio.EnvoyFilter.ObjectTypes;
import dev.heddle.model.kinds.Kinds;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// Looks at the operations of EnvoyFilters: those that do nothing with what they are applied to,
/// and those whose outcome depends on which filter comes first, while nobody says which.
final class EnvoyFilterAnalyzer implements Analyzer {
    private static final Set<ApplyTo> REPLACEABLE =
            Set.of(ApplyTo.NETWORK_FILTER, ApplyTo.HTTP_FILTER, ApplyTo.VIRTUAL_HOST);

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        var versioned = new HashSet<String>();
        for (Resource<EnvoyFilter> filter : subject.resources().all(Kinds.ENVOY_FILTER)) {
            List<ConfigPatch> patches = filter.spec().configPatches();
            var own = new Diagnostics();
            for (int i = 0; i < patches.size(); i++) {
                patch(filter, i, patches.get(i), versioned, own);
            }
            once(own.toList()).forEach(findings::add);
        }
    }

    /// The first patch of each kind of mistake stands for the others, as one priority mends all.
    private static Collection<Diagnostic> once(List<Diagnostic> findings) {
        var first = new LinkedHashMap<DiagnosticCode, Diagnostic>();
        findings.forEach(d -> first.putIfAbsent(d.code(), d));
        return first.values();
    }

    /// @param versioned names of what earlier patches make for one version of the proxy
    private static void patch(
            Resource<EnvoyFilter> filter,
            int index,
            ConfigPatch patch,
            Set<String> versioned,
            Diagnostics findings) {
        FieldPath path = FieldPath.of("spec", "configPatches").index(index).field("patch");
        boolean isOfRoutes =
                patch.applyTo() == ApplyTo.ROUTE_CONFIGURATION
                        || patch.applyTo() == ApplyTo.HTTP_ROUTE;
        String name = name(patch);
        switch (patch.patch().operation()) {
            case ADD -> {
                if (isOfRoutes) {
                    inVain(DiagnosticCode.ENVOY_FILTER_ADD, filter, patch, path, findings);
                }
            }
            case REMOVE -> {
                if (isOfRoutes) {
                    inVain(DiagnosticCode.ENVOY_FILTER_REMOVE, filter, patch, path, findings);
                } else {
                    relative(filter, path, patch, versioned.contains(name), findings);
                }
            }
            case REPLACE -> {
                if (!REPLACEABLE.contains(patch.applyTo())) {
                    inVain(DiagnosticCode.ENVOY_FILTER_REPLACE, filter, patch, path, findings);
                } else {
                    relative(filter, path, patch, versioned.contains(name), findings);
                }
            }
            case INSERT_BEFORE, INSERT_AFTER ->
                    relative(filter, path, patch, versioned.contains(name), findings);
            case INVALID, MERGE, INSERT_FIRST, MERGE_AND_REPLACE_LIST -> {}
        }
        if (!patch.match().proxy().proxyVersion().isEmpty()) {
            versioned.add(name);
        }
    }

    private static void inVain(
            DiagnosticCode code,
            Resource<EnvoyFilter> filter,
            ConfigPatch patch,
            FieldPath path,
            Diagnostics findings) {
        findings.add(
                code,
                filter.origin(path.field("operation")),
                patch.patch().operation() + " does nothing with " + patch.applyTo(),
                "Use MERGE, or another 'applyTo'");
    }

    private static void relative(
            Resource<EnvoyFilter> filter,
            FieldPath path,
            ConfigPatch patch,
            boolean isVersioned,
            Diagnostics findings) {
        if (filter.spec().priority() != 0) {
            return;
        }
        findings.add(
                isVersioned
                        ? DiagnosticCode.ENVOY_FILTER_RELATIVE_VERSION
                        : DiagnosticCode.ENVOY_FILTER_RELATIVE,
                filter.origin(path.field("operation")),
                patch.patch().operation()
                        + " depends on which EnvoyFilter comes first"
                        + (isVersioned
                                ? ", and an earlier one is for one version of the proxy"
                                : ""),
                "Set 'priority', or use INSERT_FIRST");
    }

    private static String name(ConfigPatch patch) {
        if (patch.patch().value().isEmpty()) {
            return "";
        }
        String own = Written.of(patch.patch().value().get()).at("name").text();
        return !own.isEmpty()
                ? own
                : patch.match()
                        .objectTypes()
                        .filter(ObjectTypes.Listener.class::isInstance)
                        .map(o ->
                                ((ObjectTypes.Listener) o).listener().filterChain().filter().name())
                        .orElse("");
    }
}
