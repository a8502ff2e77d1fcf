package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.ConfigPatch;
import dev.heddle.model.istio.EnvoyFilter.ObjectTypes;
import dev.heddle.model.istio.EnvoyFilter.Operation;
import dev.heddle.model.istio.EnvoyFilter.PatchContext;
import dev.heddle.model.istio.EnvoyFilter.WaypointMatch;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.istio.Telemetry.MetricName;
import dev.heddle.model.istio.Telemetry.TagOverride;
import dev.heddle.model.istio.TrafficExtension;
import dev.heddle.model.istio.TrafficExtension.Filter;
import dev.heddle.model.istio.TrafficExtension.LuaConfig;
import dev.heddle.model.istio.TrafficExtension.WasmConfig;
import dev.heddle.model.istio.WasmPlugin;
import dev.heddle.model.istio.WasmPlugin.EnvValueSource;
import dev.heddle.model.istio.WasmPlugin.EnvVar;
import dev.heddle.model.istio.WasmPlugin.TrafficSelector;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at Telemetry, WasmPlugin, TrafficExtension and EnvoyFilter.
final class ExtensionChecks {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final Pattern SHA256 = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern WASM_URL =
            Pattern.compile("(?:(?:oci|https?|file)://)?[\\w/][^\\s#%$\"<>\\\\^`{|}]*");
    private static final String HTTP_MANAGER = "envoy.filters.network.http_connection_manager";
    private static final Set<String> HTTP_MANAGERS =
            Set.of(HTTP_MANAGER, "envoy.http_connection_manager");
    private static final int MAX_LUA = 65536;
    private static final int MAX_NAME = 256;

    private ExtensionChecks() {}

    static void checkTelemetry(Telemetry spec, Findings findings) {
        PolicyChecks.checkTargets(spec, findings);
        for (int i = 0; i < spec.tracing().size(); i++) {
            FieldPath at = SPEC.field("tracing").index(i).field("randomSamplingPercentage");
            double share = spec.tracing().get(i).randomSamplingPercentage().orElse(0);
            Values.checkPercent(share, at, findings);
        }
        for (int i = 0; i < spec.metrics().size(); i++) {
            Telemetry.Metrics metrics = spec.metrics().get(i);
            FieldPath path = SPEC.field("metrics").index(i);
            Values.checkDuration(
                    metrics.reportingInterval(), path.field("reportingInterval"), findings);
            for (int j = 0; j < metrics.overrides().size(); j++) {
                FieldPath at = path.field("overrides").index(j);
                checkOverride(metrics.overrides().get(j), at, findings);
            }
        }
    }

    private static void checkOverride(
            Telemetry.MetricsOverride override, FieldPath path, Findings findings) {
        if (override.match().name().orElse(null) instanceof MetricName.Custom(String name)
                && name.isEmpty()) {
            findings.invalid(path.field("match").field("customMetric"), name, "a metric");
        }
        override.tagOverrides()
                .forEach((tag, o) -> checkTag(o, path.field("tagOverrides").field(tag), findings));
    }

    private static void checkTag(TagOverride tag, FieldPath path, Findings findings) {
        boolean value = !tag.value().isEmpty();
        switch (tag.operation()) {
            case UPSERT -> {
                if (!value) {
                    findings.missing(path.field("value"), "UPSERT needs 'value'");
                }
            }
            case REMOVE -> {
                if (value) {
                    findings.error(path.field("value"), "REMOVE has no use for it");
                }
            }
        }
    }

    static void checkWasm(WasmPlugin spec, Findings findings) {
        PolicyChecks.checkTargets(spec, findings);
        checkModule(
                new WasmConfig(
                        spec.url(),
                        spec.sha256(),
                        spec.imagePullPolicy(),
                        spec.imagePullSecret(),
                        spec.verificationKey(),
                        spec.pluginConfig(),
                        spec.pluginName(),
                        spec.failStrategy(),
                        spec.vmConfig(),
                        spec.type()),
                SPEC,
                findings);
        checkTraffic(spec.match(), findings);
    }

    static void checkExtension(TrafficExtension spec, Findings findings) {
        PolicyChecks.checkTargets(spec, findings);
        checkTraffic(spec.match(), findings);
        if (spec.filter().isEmpty()) {
            findings.missing(SPEC, "nothing runs (expected: wasm or lua)");
            return;
        }
        switch (spec.filter().get()) {
            case Filter.Wasm(WasmConfig wasm) -> checkModule(wasm, SPEC.field("wasm"), findings);
            case Filter.Lua(LuaConfig lua) -> {
                if (lua.inlineCode().length() > MAX_LUA) {
                    FieldPath at = SPEC.field("lua").field("inlineCode");
                    findings.invalid(at, lua.inlineCode().length(), "at most 64 KiB");
                }
            }
        }
    }

    private static void checkModule(WasmConfig wasm, FieldPath path, Findings findings) {
        if (!WASM_URL.matcher(wasm.url()).matches() || hasOtherScheme(wasm.url())) {
            findings.invalid(path.field("url"), wasm.url(), "oci://, http://, https:// or file://");
        }
        if (!wasm.sha256().isEmpty() && !SHA256.matcher(wasm.sha256()).matches()) {
            findings.invalid(path.field("sha256"), wasm.sha256(), "64 hexadecimal digits");
        }
        checkNotEmpty(wasm.imagePullSecret(), path.field("imagePullSecret"), findings);
        checkNotEmpty(wasm.pluginName(), path.field("pluginName"), findings);
        wasm.pluginName()
                .filter(name -> name.length() > MAX_NAME)
                .ifPresent(name ->
                        findings.invalid(
                                path.field("pluginName"),
                                name.length() + " characters",
                                "at most " + MAX_NAME));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < wasm.vmConfig().env().size(); i++) {
            EnvVar variable = wasm.vmConfig().env().get(i);
            FieldPath at = path.field("vmConfig").field("env").index(i);
            if (!names.add(variable.name())) {
                findings.error(
                        at.field("name"), "'" + variable.name() + "' is here for the second time");
            }
            if (variable.valueFrom() == EnvValueSource.HOST && !variable.value().isEmpty()) {
                findings.error(at.field("value"), "HOST brings its own value");
            }
        }
    }

    private static boolean hasOtherScheme(String url) {
        return url.contains("://") && !Pattern.matches("(?:oci|https?|file)://.*", url);
    }

    private static void checkNotEmpty(Optional<String> value, FieldPath path, Findings findings) {
        if (value.filter(String::isEmpty).isPresent()) {
            findings.invalid(path, "", "not empty");
        }
    }

    private static void checkTraffic(List<TrafficSelector> match, Findings findings) {
        for (int i = 0; i < match.size(); i++) {
            FieldPath ports = SPEC.field("match").index(i).field("ports");
            for (int j = 0; j < match.get(i).ports().size(); j++) {
                Values.checkPort(
                        match.get(i).ports().get(j).number(),
                        ports.index(j).field("number"),
                        findings);
            }
        }
    }

    static void checkEnvoyFilter(EnvoyFilter spec, Findings findings) {
        PolicyChecks.checkTargets(spec.targetRefs(), findings);
        spec.workloadSelector()
                .ifPresent(s -> {
                    FieldPath path = SPEC.field("workloadSelector");
                    WorkloadChecks.checkSelector(s, path, findings);
                    if (!spec.targetRefs().isEmpty()) {
                        findings.exclusive(path, "targetRefs", "workloadSelector");
                    }
                });
        for (int i = 0; i < spec.configPatches().size(); i++) {
            FieldPath path = SPEC.field("configPatches").index(i);
            checkPatch(spec.configPatches().get(i), path, findings);
        }
    }

    private static void checkPatch(ConfigPatch patch, FieldPath path, Findings findings) {
        if (patch.applyTo() == ApplyTo.INVALID) {
            findings.missing(path.field("applyTo"), "'applyTo' is missing (expected: CLUSTER, …)");
        }
        if (patch.patch().operation() == Operation.INVALID) {
            FieldPath at = path.field("patch").field("operation");
            findings.missing(at, "'operation' is missing (expected: MERGE, …)");
        } else if (patch.patch().operation() != Operation.REMOVE
                && patch.patch().value().isEmpty()) {
            FieldPath at = path.field("patch").field("value");
            findings.missing(at, patch.patch().operation() + " needs 'value'");
        }
        FieldPath match = path.field("match");
        String version = patch.match().proxy().proxyVersion();
        if (!version.isEmpty()) {
            Values.checkRegex(version, match.field("proxy").field("proxyVersion"), findings);
        }
        boolean waypoint = patch.match().context() == PatchContext.WAYPOINT;
        ObjectTypes object = patch.match().objectTypes().orElse(null);
        boolean waypointMatch = object instanceof ObjectTypes.Waypoint;
        if (waypointMatch != waypoint && (object != null || waypoint)) {
            findings.error(match, "'waypoint' and context WAYPOINT go together");
        }
        if (object instanceof ObjectTypes.Waypoint(WaypointMatch one)) {
            Values.checkPort(
                    one.portNumber(), match.field("waypoint").field("portNumber"), findings);
        } else if (object != null && !fits(patch.applyTo(), object)) {
            findings.error(match, "another kind of object than " + patch.applyTo());
        }
        if (object instanceof ObjectTypes.Listener(EnvoyFilter.ListenerMatch listener)) {
            EnvoyFilter.FilterMatch filter = listener.filterChain().filter();
            FieldPath at = match.field("listener").field("filterChain").field("filter");
            if (filter.subFilter().isPresent() && !HTTP_MANAGERS.contains(filter.name())) {
                findings.invalid(at.field("name"), filter.name(), HTTP_MANAGER);
            }
            if (filter.subFilter().isPresent() && patch.applyTo() != ApplyTo.HTTP_FILTER) {
                findings.error(at.field("subFilter"), "only HTTP_FILTER has a use for it");
            }
            if (filter.subFilter().filter(of -> of.name().isEmpty()).isPresent()) {
                findings.missing(at.field("subFilter").field("name"), "'name' is missing");
            }
            boolean isAbove =
                    patch.applyTo() == ApplyTo.LISTENER || patch.applyTo() == ApplyTo.FILTER_CHAIN;
            if (isAbove && !filter.name().isEmpty()) {
                findings.warn(at, "a " + patch.applyTo() + " is not chosen by its filters", "");
            }
        }
    }

    private static boolean fits(ApplyTo applyTo, ObjectTypes object) {
        return switch (applyTo) {
            case LISTENER, FILTER_CHAIN, NETWORK_FILTER, HTTP_FILTER, LISTENER_FILTER ->
                    object instanceof ObjectTypes.Listener;
            case ROUTE_CONFIGURATION, VIRTUAL_HOST, HTTP_ROUTE ->
                    object instanceof ObjectTypes.Routes;
            case CLUSTER -> object instanceof ObjectTypes.Cluster;
            case INVALID, EXTENSION_CONFIG, BOOTSTRAP -> true;
        };
    }
}
