package dev.heddle.compiler.xds.patch;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.mesh.MeshProxyConfig.StatsMatcher;
import dev.heddle.xds.XdsResource;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a proxy takes when it starts, put into its bootstrap: patches of it, and how the process is
/// run. No stream can tell it later, so the bootstrap says what it was made with, and the proxy
/// passes that on in its node's metadata:
///
/// | metadata | what |
/// |---|---|
/// | `PROXY_CONFIG` | how the process is run, as from Istio's agent |
/// | `HEDDLE_BOOTSTRAP` | a digest of the patches; none where there are none |
/// | what variables `ISTIO_META_…` name | their values, as from Istio's agent |
public final class BootstrapPatches {
    /// The key of the patches' digest in a node's metadata.
    public static final String DIGEST = "HEDDLE_BOOTSTRAP";

    private static final String PROCESS = "PROXY_CONFIG";
    private static final String META = "ISTIO_META_";

    private final List<Patch> patches;

    private BootstrapPatches(List<Patch> patches) {
        this.patches = List.copyOf(patches);
    }

    /// Those for a proxy. As with Istio, in which context they are does not matter.
    public static BootstrapPatches of(EnvoyFilters filters, ProxyScope scope) {
        return new BootstrapPatches(
                filters.patches(scope).stream()
                        .filter(patch -> patch.applyTo() == ApplyTo.BOOTSTRAP)
                        .toList());
    }

    /// What a proxy of that scope is to start with.
    ///
    /// @param base what it would start with otherwise
    public static Bootstrap complete(World world, ProxyScope scope, Bootstrap base) {
        BootstrapPatches patches = of(EnvoyFilters.of(world, scope.namespace()), scope);
        Bootstrap.Builder patched = patches.over(base).toBuilder();
        Struct metadata =
                metadata(patched.getNode().getMetadata(), world.process(scope), patches.digest());
        if (metadata.getFieldsCount() > 0) {
            patched.getNodeBuilder().setMetadata(metadata);
        }
        return patched.build();
    }

    /// The scope of a proxy that was started as it should be.
    public static ProxyScope started(World world, ProxyScope scope) {
        String digest = of(EnvoyFilters.of(world, scope.namespace()), scope).digest();
        return scope.started(
                world.process(scope), digest.isEmpty() ? Map.of() : Map.of(DIGEST, digest));
    }

    /// Where they are written.
    public List<Origin> origins() {
        return patches.stream().map(Patch::origin).toList();
    }

    /// Equal for equal changes; empty for none.
    public String digest() {
        return patches.isEmpty()
                ? ""
                : XdsResource.of("bootstrap", over(Bootstrap.getDefaultInstance())).version();
    }

    private Bootstrap over(Bootstrap base) {
        Bootstrap patched = base;
        var merge = new Merge(false);
        for (Patch patch : patches) {
            patched = merge.of(patched, patch.value().orElseThrow());
        }
        return patched;
    }

    private static Struct metadata(Struct under, ProcessOptions process, String digest) {
        // In order, so that equal bootstraps have equal bytes.
        var fields = new TreeMap<>(under.getFieldsMap());
        process.environment()
                .forEach((name, value) -> {
                    if (name.startsWith(META)) {
                        fields.put(name.substring(META.length()), text(value));
                    }
                });
        if (!process.equals(ProcessOptions.NONE)) {
            fields.put(PROCESS, process(under.getFieldsMap().get(PROCESS), process));
        }
        fields.remove(DIGEST);
        if (!digest.isEmpty()) {
            fields.put(DIGEST, text(digest));
        }
        return struct(fields);
    }

    private static Value process(@Nullable Value under, ProcessOptions process) {
        var fields =
                new TreeMap<>(
                        under == null
                                ? Map.<String, Value>of()
                                : under.getStructValue().getFieldsMap());
        process.concurrency()
                .ifPresent(n ->
                        fields.put("concurrency", Value.newBuilder().setNumberValue(n).build()));
        process.drain().ifPresent(d -> fields.put("drainDuration", text(seconds(d))));
        process.terminationDrain()
                .ifPresent(d -> fields.put("terminationDrainDuration", text(seconds(d))));
        process.statsMatcher()
                .ifPresent(it ->
                        fields.put(
                                "proxyStatsMatcher",
                                Value.newBuilder().setStructValue(matcher(it)).build()));
        if (!process.environment().isEmpty()) {
            var variables = new TreeMap<String, Value>();
            process.environment().forEach((name, value) -> variables.put(name, text(value)));
            fields.put(
                    "proxyMetadata", Value.newBuilder().setStructValue(struct(variables)).build());
        }
        return Value.newBuilder().setStructValue(struct(fields)).build();
    }

    private static Struct matcher(StatsMatcher said) {
        var fields = new TreeMap<String, Value>();
        Map.of(
                        "inclusionPrefixes", said.inclusionPrefixes(),
                        "inclusionSuffixes", said.inclusionSuffixes(),
                        "inclusionRegexps", said.inclusionRegexps())
                .forEach((name, all) -> {
                    if (!all.isEmpty()) {
                        ListValue.Builder list = ListValue.newBuilder();
                        all.forEach(it -> list.addValues(text(it)));
                        fields.put(name, Value.newBuilder().setListValue(list).build());
                    }
                });
        return struct(fields);
    }

    private static Struct struct(Map<String, Value> fields) {
        return Struct.newBuilder().putAllFields(fields).build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /// As protobuf's JSON has it, in `1.5s`.
    private static String seconds(Duration duration) {
        return new BigDecimal(duration.toNanos())
                        .movePointLeft(9)
                        .stripTrailingZeros()
                        .toPlainString()
                + "s";
    }
}
